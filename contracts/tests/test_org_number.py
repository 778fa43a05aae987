import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.org_number import OrgNumber, OrgNumberError, luhn_check_digit

PUBLIC = ["556469-6291", "212000-0142", "212000-1355", "556036-0793"]
BLANKS = [" ", "\u00a0", "\u2009", "\u202f"]
HYPHENS = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"]


def with_check_digit(nine: str) -> str:
    return nine + luhn_check_digit(nine)


def personal(birth_date: str, birth_number: str = "980") -> str:
    """A number with the given YYMMDD; 980-999 are birth numbers kept for tests."""
    return with_check_digit(birth_date + birth_number)


legal_persons = st.from_regex(r"[0-9]{2}[2-9][0-9]{6}", fullmatch=True).map(with_check_digit)
births = st.dates(date(1800, 1, 1), date(2099, 12, 31))
birth_numbers = st.integers(1, 999).map("{:03}".format)


@st.composite
def persons(draw: st.DrawFn) -> tuple[str, str]:
    """(century, ten digits) of a person, with a coordination number or without."""
    born = draw(births)
    day = born.day + draw(st.sampled_from([0, 60]))
    ten = personal(f"{born:%y%m}{day:02}", draw(birth_numbers))
    return f"{born.year // 100}", ten


numbers = legal_persons | persons().map(lambda person: person[1])


@st.composite
def spelled(draw: st.DrawFn, digits: str, separators: list[str]) -> str:
    """The digits with blanks strewn in, and perhaps a separator before the last four."""
    gap = st.lists(st.sampled_from(BLANKS), max_size=1).map("".join)
    parts = [digits[:-4], draw(st.sampled_from(separators)), digits[-4:]]
    return "".join(draw(gap) + character for part in parts for character in part) + draw(gap)


@pytest.mark.parametrize("written", PUBLIC)
def test_public_numbers_are_valid_and_shown_with_a_hyphen(written: str) -> None:  # R17
    number = OrgNumber.parse(written)
    assert number.digits == written.replace("-", "")
    assert number.display == written
    assert number.masked == written
    assert not number.is_personal


@pytest.mark.parametrize(
    "written",
    [
        "5564696291",
        "556469-6291",
        "556469 6291",
        "16556469-6291",
        "165564696291",
        "16 556469-6291",
        " 556469-6291 ",
        "\u00a0556469\u2013629\u202f1",
        "556469\u22126291",
        "556469\u20116291",
        "556469 - 6291",
    ],
)
def test_usual_spellings_are_one_number(written: str) -> None:  # R17
    assert OrgNumber.parse(written) == OrgNumber("5564696291")


@given(data=st.data(), ten=legal_persons)
def test_every_spelling_of_a_legal_person_is_the_same_number(  # R17
    data: st.DataObject, ten: str
) -> None:
    prefix = data.draw(st.sampled_from(["", "16"]))
    written = data.draw(spelled(prefix + ten, ["", *HYPHENS]))
    number = OrgNumber.parse(written)
    assert number == OrgNumber(ten)
    assert hash(number) == hash(OrgNumber(ten))
    assert OrgNumber.parse(number.display) == number
    assert not number.is_personal


@given(data=st.data(), person=persons())
def test_every_spelling_of_a_person_is_the_same_number(  # R17
    data: st.DataObject, person: tuple[str, str]
) -> None:
    century, ten = person
    prefix = data.draw(st.sampled_from(["", century]))
    separators = ["", *HYPHENS] if century == "20" else ["", "+", *HYPHENS]
    number = OrgNumber.parse(data.draw(spelled(prefix + ten, separators)))
    assert number == OrgNumber(ten)
    assert number.is_personal
    assert number.masked == f"{ten[:6]}-****"


@given(data=st.data(), ten=numbers)
def test_any_single_wrong_digit_is_noticed(data: st.DataObject, ten: str) -> None:  # R17
    place = data.draw(st.integers(0, 9))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != ten[place]]))
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(ten[:place] + wrong + ten[place + 1 :])


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "0000000000",
        "000000-0000",
        "556469-6292",
        "556469629",
        "55646962911",
        "5564-696291",
        "556469--6291",
        "-5564696291",
        "556469-6291-",
        "556469+6291",  # the plus sign is a person's
        "19556469-6291",
        "17556469-6291",
        "16-556469-6291",
        "SE556469629101",
        "556469-6291\n",
        "\n556469-6291",
        "556469\n6291",
        "556469\t6291",
        "556469\x006291",
        "556469\u20286291",
        "556469\u200b6291",
        "556469-629\ud800",
        "５５６４６９６２９１",  # full-width digits
        "٥٥٦٤٦٩٦٢٩١",  # Arabic digits
        "55646962⑨1",
    ],
)
def test_what_is_no_organisation_number_is_refused(written: str) -> None:  # R17
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(written)


@pytest.mark.parametrize("value", [None, 5564696291, True, 1.5, b"5564696291", ["5564696291"]])
def test_what_is_no_text_is_refused_without_a_type_error(value: object) -> None:  # R17
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(value)


@pytest.mark.parametrize("value", ["556469-6291", "556469629", "5564696292", "5564696291\n", None])
def test_an_invalid_stored_form_cannot_be_constructed(value: str) -> None:  # R17
    with pytest.raises(OrgNumberError):
        OrgNumber(value)


@given(st.text(st.characters()) | st.text("0123456789-+ ", max_size=15) | st.integers() | st.none())
def test_nothing_but_the_declared_error_is_ever_raised(value: object) -> None:  # R17
    try:
        number = OrgNumber.parse(value)
    except OrgNumberError:
        return
    assert OrgNumber(number.digits) == number


def test_a_megabyte_is_refused_unread() -> None:  # R17
    with pytest.raises(OrgNumberError, match="too long"):
        OrgNumber.parse("5" * 1_000_000)


@pytest.mark.parametrize(
    ("birth_date", "valid"),
    [
        ("640823", True),
        ("640883", True),  # coordination number: the 23rd
        ("640891", True),  # the 31st
        ("640892", False),
        ("640831", True),
        ("640832", False),
        ("640860", False),  # neither day 60 nor day 0
        ("640800", False),
        ("640431", False),
        ("640491", False),
        ("641301", False),
        ("640001", False),
        ("230229", False),  # no leap year in any century
        ("000229", True),  # 2000
        ("000289", True),
        ("040229", True),
        ("960229", True),
    ],
)
def test_a_personal_number_begins_with_a_real_date(birth_date: str, valid: bool) -> None:  # R17
    ten = personal(birth_date)
    if valid:
        assert OrgNumber.parse(ten).is_personal
    else:
        with pytest.raises(OrgNumberError):
            OrgNumber.parse(ten)


@pytest.mark.parametrize(
    ("century", "valid"), [("18", False), ("19", False), ("20", True), ("16", False)]
)
def test_twelve_digits_decide_the_leap_day_by_their_century(  # R17
    century: str, valid: bool
) -> None:
    written = century + personal("000229")  # 1800 and 1900 were no leap years
    if valid:
        assert OrgNumber.parse(written).display.startswith("000229")
    else:
        with pytest.raises(OrgNumberError):
            OrgNumber.parse(written)


def test_the_sixteen_prefix_is_for_legal_persons_only() -> None:  # R17
    with pytest.raises(OrgNumberError):
        OrgNumber.parse("16" + personal("640823"))


def test_a_plus_sign_means_born_before_this_century() -> None:  # R17
    ten = personal("120229")
    assert OrgNumber.parse(f"{ten[:6]}+{ten[6:]}") == OrgNumber.parse(f"19{ten}")
    assert OrgNumber.parse(f"19{ten[:6]}+{ten[6:]}") == OrgNumber(ten)
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(f"20{ten[:6]}+{ten[6:]}")
    leap_day_of_2000 = personal("000229")
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(f"{leap_day_of_2000[:6]}+{leap_day_of_2000[6:]}")


def test_birth_number_zero_belongs_to_nobody() -> None:  # R17
    with pytest.raises(OrgNumberError):
        OrgNumber.parse(personal("640823", "000"))


def test_a_sole_traders_number_is_masked_in_every_text_but_the_display() -> None:  # R29
    ten = personal("640823")
    number = OrgNumber(ten)
    assert number.display == f"640823-{ten[6:]}"
    for text in (number.masked, str(number), f"{number}", repr(number), repr([number])):
        assert "640823-****" in text
        assert ten[6:] not in text


def test_a_refusal_does_not_quote_the_number() -> None:  # R17
    with pytest.raises(OrgNumberError) as refusal:
        OrgNumber.parse("640823-9999")
    assert "640823" not in str(refusal.value)


def test_a_number_survives_pickling_and_works_as_a_key() -> None:  # R17
    number = OrgNumber.parse(PUBLIC[0])
    assert pickle.loads(pickle.dumps(number)) == number
    assert {number: 1}[OrgNumber.parse("16" + PUBLIC[0])] == 1


@pytest.mark.parametrize("written", PUBLIC)
def test_the_check_digit_helper_completes_nine_digits(written: str) -> None:  # R17
    digits = written.replace("-", "")
    assert luhn_check_digit(digits[:9]) == digits[9]


@pytest.mark.parametrize("digits", ["", "12a", "１２", "12\n", "-1"])
def test_the_check_digit_helper_takes_digits_only(digits: str) -> None:  # R17
    with pytest.raises(ValueError, match="0-9"):
        luhn_check_digit(digits)
