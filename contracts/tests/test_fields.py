"""What each kind of field takes, what it refuses, and that nothing but a ValidationError comes."""

import json
import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts import fields
from contracts.events.activation import ClientListed
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.org_number import OrgNumber

KINDS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(getattr(fields, name))
    for name in (
        "TenantId",
        "BureauId",
        "UserId",
        "Count",
        "Window",
        "Text",
        "Name",
        "Email",
        "Message",
        "Digest",
        "Locale",
        "Moment",
        "DirectoryOrgNumber",
        "ShownOrgNumber",
        "EntryPoint",
        "Program",
        "Access",
        "Side",
    )
}

# What ends a line, can't be seen or can't be sent. U+D800 alone is half a character.
UNSENDABLE = ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\ud800", "\udfff"]


def taken(kind: str, value: object) -> Any:
    return KINDS[kind].validate_python(value)


def refused(kind: str, value: object) -> bool:
    try:
        KINDS[kind].validate_python(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("good", ["1", "0", "007", "100001", "9" * 12])
def test_a_tenant_id_is_1_to_12_digits(good: str) -> None:  # R16
    assert taken("TenantId", good) == good


@pytest.mark.parametrize(
    "bad", ["", "1" * 13, "1a", " 1", "1 ", "1\n", "-1", "1.0", "１２", "١", "../1", 1, None, True]
)
def test_what_is_no_tenant_id_is_refused(bad: object) -> None:
    assert refused("TenantId", bad)


@pytest.mark.parametrize("kind", ["BureauId", "UserId"])
@pytest.mark.parametrize("good", ["b-1", "A.b_c-9", "x" * 64, "-", ".."])
def test_an_identifier_is_1_to_64_plain_characters(kind: str, good: str) -> None:
    assert taken(kind, good) == good


@pytest.mark.parametrize("kind", ["BureauId", "UserId"])
@pytest.mark.parametrize("bad", ["", "x" * 65, "b 1", "b-1\n", "b/1", "byrå", "b:1", "b\x00", 7])
def test_what_is_no_identifier_is_refused(kind: str, bad: object) -> None:
    assert refused(kind, bad)


@pytest.mark.parametrize(
    "bad", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n", "٠" * 64, None, 7]
)
def test_a_digest_is_64_hexadecimal_digits_in_lower_case(bad: object) -> None:
    assert taken("Digest", "09af" * 16) == "09af" * 16
    assert refused("Digest", bad)


@pytest.mark.parametrize(
    "good",
    [
        "anna@nordkust.example",
        "anna.berg+byrå@sub.nordkust.example",
        "a@b.se",
        "asa@åkerström.example",
        "x" * 242 + "@b.example.se"[:12],
    ],
)
def test_a_mail_address_is_taken(good: str) -> None:  # R21
    assert taken("Email", good) == good


@pytest.mark.parametrize(
    "bad",
    [
        *("", "anna", "@b.example", "anna@", "anna@b", "anna@.", "anna@b.", "anna@.b", "a@b..se"),
        *("a@b.example,c@d.example", "a@b@c.example", "Anna <a@b.example>", "a b@c.example"),
        *("a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b .example", "a\u00a0@b.example"),
        *('"a"@b.example', "a;b@c.example", "a@[127.0.0.1]", "a\u200b@b.example", "a\u202e@b.se"),
        *("x" * 250 + "@b.se", None, 1),
        *(f"a{bad}@b.example" for bad in UNSENDABLE),
    ],
)
def test_what_is_not_one_mail_address_is_refused(bad: object) -> None:  # R21
    assert refused("Email", bad)


@given(st.text(max_size=300))
def test_a_mail_address_that_is_taken_is_one_line_with_one_at_sign(text: str) -> None:
    if not refused("Email", text):
        assert taken("Email", text) == text
        assert text.count("@") == 1
        assert text.isprintable()
        assert " " not in text


@pytest.mark.parametrize("bad", UNSENDABLE)
@pytest.mark.parametrize("kind", ["Name", "Text", "Message"])
def test_control_characters_and_lone_surrogates_are_refused(kind: str, bad: str) -> None:
    assert refused(kind, f"Åsa{bad}Åkerström")
    with pytest.raises(ValidationError):
        KINDS[kind].validate_json(json.dumps(f"Åsa{bad}Åkerström"))


def test_plain_text_is_all_but_four_categories_of_unicode() -> None:
    for code in range(sys.maxunicode + 1):
        unsendable = unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp")
        if unsendable != refused("Text", f"a{chr(code)}b"):
            pytest.fail(f"U+{code:04X}")


@pytest.mark.parametrize("kind", ["Name", "Text"])
@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\r\nb", "a\tb"])
def test_a_name_is_one_line(kind: str, bad: str) -> None:
    assert refused(kind, bad)


def test_a_name_is_trimmed_and_never_empty() -> None:
    assert taken("Name", "  Åsa Öberg ") == "Åsa Öberg"
    assert taken("Name", "å" * 200) == "å" * 200
    for bad in ("", "   ", "\n", "å" * 201, None, 7):
        assert refused("Name", bad)


def test_a_text_stands_as_it_is_and_may_be_empty() -> None:  # R12
    assert taken("Text", "") == ""
    assert taken("Text", " kpmg ") == " kpmg "
    assert refused("Text", "x" * 201)


def test_a_message_has_lines_and_at_most_500_characters() -> None:
    assert taken("Message", "Hej!\r\nTab\there.\nÅ ä ö 👋") == "Hej!\nTab\there.\nÅ ä ö 👋"
    assert taken("Message", "ö" * 500) == "ö" * 500
    assert refused("Message", "ö" * 501)
    assert refused("Message", "a\rb")


@given(st.text(max_size=500))
def test_a_message_that_is_taken_can_be_sent_and_stored(text: str) -> None:
    if not refused("Message", text):
        said = taken("Message", text)
        assert "\x00" not in said
        assert "\r" not in said
        assert said.encode().decode() == said
        assert taken("Message", said) == said


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-27T09:15:30Z", datetime(2026, 3, 27, 9, 15, 30, tzinfo=UTC)),
        ("2026-03-29T03:30:00+02:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-03-27T09:15:30.250000-01:30", datetime(2026, 3, 27, 10, 45, 30, 250000, UTC)),
    ],
)
def test_a_moment_comes_out_in_utc(text: str, utc: datetime) -> None:  # R26
    assert taken("Moment", text) == utc
    assert taken("Moment", text).tzinfo is UTC
    assert json.loads(KINDS["Moment"].dump_json(taken("Moment", text))).endswith("Z")


@pytest.mark.parametrize(
    "bad",
    [
        *("2026-03-27T09:15:30", "2026-03-27", "", "now", "1774602930", "2026-02-30T00:00:00Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "99999-01-01T00:00:00Z"),
        *(1774602930, 1774602930.5, None, True, datetime(2026, 3, 27, 9)),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_what_names_no_moment_or_no_zone_is_refused(bad: object) -> None:  # R26
    assert refused("Moment", bad)


@given(
    st.datetimes(
        datetime(1, 1, 2),
        datetime(9999, 12, 30),
        # Offsets and not places: a place's clock skips hours, and such a time names no moment.
        timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))),
    )
)
def test_a_moment_is_read_as_it_was_written(moment: datetime) -> None:
    written = KINDS["Moment"].dump_json(KINDS["Moment"].validate_python(moment))
    assert KINDS["Moment"].validate_json(written) == moment


@pytest.mark.parametrize("kind", KINDS)
@given(
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.dates()
    | st.binary()
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "5564696291"])
)
def test_whatever_comes_is_taken_or_refused(kind: str, value: object) -> None:
    # Anything but a ValidationError would stop a partition: the record could not be buried.
    refused(kind, value)


@pytest.mark.parametrize("bad", [0, -1, 2**31, 10**30, 1.5, "x", None])
def test_a_count_is_from_1_and_fits_the_database(bad: object) -> None:
    assert taken("Count", 1) == 1
    assert taken("Count", 2**31 - 1) == 2**31 - 1
    assert refused("Count", bad)


@pytest.mark.parametrize("bad", [0, -1, 65536])
def test_a_window_fits_the_token(bad: int) -> None:
    assert taken("Window", 65535) == 65535
    assert refused("Window", bad)


@pytest.mark.parametrize(
    "spelling", ["5564696291", "556469-6291", "16556469-6291", "556469\u20136291", " 556469 6291 "]
)
def test_a_directory_org_number_comes_out_in_one_form(spelling: str) -> None:  # R17
    assert taken("DirectoryOrgNumber", spelling) == "556469-6291"


@pytest.mark.parametrize(
    "bad", ["556469-6292", "0000000000", "", "556469-6291\n", None, 5564696291]
)
def test_what_is_no_org_number_is_refused_and_not_quoted(bad: object) -> None:  # R17
    with pytest.raises(ValidationError) as caught:
        taken("DirectoryOrgNumber", bad)
    told = caught.value.errors(include_url=False, include_input=False, include_context=False)
    assert "556469" not in str(told)


def test_a_sole_traders_number_is_shown_masked_only() -> None:
    sole = OrgNumber.parse("640823-3234")
    assert taken("ShownOrgNumber", sole.masked) == "640823-****"
    assert taken("ShownOrgNumber", "556469-6291") == "556469-6291"
    for bad in (sole.display, sole.digits, "556469-****", "640823-***", "640823-**34", "****"):
        assert refused("ShownOrgNumber", bad)


CLIENT = {"tenant_id": "1", "org_number": "556469-6291", "name": "Åkeri AB"}
BUREAU = {"bureau_id": "b-1", "org_number": "556469-6291", "name": "Byrån"}


@pytest.mark.parametrize("bad", [*UNSENDABLE, "\n", "\t"])
def test_city_and_group_hold_no_control_characters(bad: str) -> None:
    # They were plain strings once: a NUL in one failed every batch it was in.
    with pytest.raises(ValidationError):
        ClientRecord.model_validate({**CLIENT, "city": f"Väx{bad}jö"})
    with pytest.raises(ValidationError):
        BureauRecord.model_validate({**BUREAU, "group": f"KP{bad}MG"})


def test_a_person_stands_once_in_a_record() -> None:  # R21
    person = {"user_id": "u", "name": "Åsa", "email": "asa@b.example"}
    with pytest.raises(ValidationError, match="must name each user_id once"):
        ClientRecord.model_validate({**CLIENT, "system_admins": [person, person]})
    user = {**person, "role": "consultant"}
    with pytest.raises(ValidationError, match="must name each user_id once"):
        BureauRecord.model_validate({**BUREAU, "users": [user, {**user, "role": "bureau_admin"}]})


def test_an_event_with_a_moment_out_of_range_is_refused_like_any_other() -> None:
    # OverflowError is no ValueError, and went through pydantic to the consumer's loop.
    event = {
        "bureau_id": "b-1",
        "tenant_id": "1",
        "version": 1,
        "link_id": "0193a5d2-1c02-7a02-8c4d-5e6f708192a3",
        "revision": 1,
        "at": "0001-01-01T00:00:00+01:00",
    }
    with pytest.raises(ValidationError, match="must be a time of the years 1 to 9999"):
        ClientListed.model_validate_json(json.dumps(event))
