"""The paper forms as PDFs, read back: what they say, that they can be filled in, and by whom."""

import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from typing import Any, get_args

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject

from contracts.events.linking import FormKind
from contracts.fields import PROGRAMS, Locale
from linking.forms.drawing import draw
from linking.forms.fields import Choice, Text, fields_of
from linking.service.paper_forms import SignatoryRole
from linking.shapes import PaperFormIn
from linking.words import FormWords

KINDS: tuple[FormKind, ...] = get_args(FormKind)
LOCALES: tuple[Locale, ...] = get_args(Locale)
EMAIL = "kundtjänst@koppla.example"
EVERY = pytest.mark.parametrize(("kind", "locale"), [(k, each) for k in KINDS for each in LOCALES])


def opened(kind: FormKind, locale: Locale, email: str | None = EMAIL) -> PdfReader:
    return PdfReader(BytesIO(draw(kind, locale, email)), strict=True)


def text_of(reader: PdfReader) -> str:
    return " ".join(reader.pages[0].extract_text().split())


def widgets(reader: PdfReader) -> list[DictionaryObject]:
    """The page's fields in the order of the tab key; a choice's buttons one by one."""
    return [each.get_object() for each in reader.pages[0]["/Annots"]]


def name_of(widget: DictionaryObject) -> str:
    return str((widget if "/T" in widget else widget["/Parent"])["/T"])


@EVERY
def test_a_form_is_one_a4_page_that_says_what_it_is(kind: FormKind, locale: Locale) -> None:  # R8
    reader = opened(kind, locale)
    [page] = reader.pages
    assert [round(float(side)) for side in page.mediabox] == [0, 0, 595, 842]
    assert reader.metadata is not None
    assert reader.metadata.title == FormWords(locale)[f"{kind}_title"]
    assert reader.metadata.author == "Koppla"
    assert reader.trailer["/Root"]["/Lang"] == locale
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"] is not False


@EVERY
def test_every_word_is_printed_and_found_again(kind: FormKind, locale: Locale) -> None:  # R47
    words, text = FormWords(locale), text_of(opened(kind, locale))
    for said in ("_title", "_lead"):
        assert words[f"{kind}{said}"] in text
    for name in ("step_1", "step_2", "client", "signature", "signed", "support", "privacy"):
        assert words[name] in text
    for field in fields_of(kind):
        assert words[field.name] in text
    assert words["client_numbers"] in text  # a sole trader's number is a personal one
    assert all(words[program] in text for program in PROGRAMS)
    assert words["signature_lead"].partition("{")[0] in text
    assert EMAIL in text
    assert EMAIL not in text_of(opened(kind, locale, None))


def test_swedish_letters_are_intact() -> None:  # R47
    text = text_of(opened("change_bureau", "sv"))
    for said in ("Byt byrå", "Åtkomsten upphör inte av sig själv", "Namnförtydligande", "ÅÅÅÅ"):
        assert said in text


@EVERY
def test_the_fields_are_those_of_the_form_in_their_order(kind: FormKind, locale: Locale) -> None:
    reader = opened(kind, locale)
    wanted = list(fields_of(kind))
    assert list(dict.fromkeys(map(name_of, widgets(reader)))) == [each.name for each in wanted]
    found = reader.get_fields() or {}
    for field in wanted:
        assert found[field.name]["/TU"] == FormWords(locale)[f"{field.name}?"]
        flags = int(found[field.name]["/Ff"])
        match field:
            case Text():
                assert found[field.name]["/FT"] == "/Tx"
                assert found[field.name].get("/V", "") == ""
                assert bool(flags & 1 << 1) is field.needed
            case Choice():
                assert found[field.name]["/FT"] == "/Btn"
                assert flags & 1 << 15  # a radio button: only one can be chosen
                assert found[field.name]["/_States_"] == [f"/{each}" for each in field.options]
    limits = {name_of(each): each.get("/MaxLen") for each in widgets(reader)}
    assert limits == {each.name: getattr(each, "limit", None) for each in wanted}


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_asks_for_all_that_registering_it_takes(kind: FormKind) -> None:  # R5
    asked = {each.name: each for each in fields_of(kind)}
    # Which form it is is printed on it, and the signature is written by hand.
    assert set(PaperFormIn.model_fields) - set(asked) == {"form_kind", "signed"}
    assert {"bureau_name", "bureau_org_number", "client_name", "client_org_number"} < set(asked)
    role = asked["signatory_role"]
    assert isinstance(role, Choice)
    assert role.options == get_args(SignatoryRole)
    assert kind in text_of(opened(kind, "sv"))


def test_only_a_change_of_bureau_names_the_former_one() -> None:  # R8
    former = {"former_bureau_name", "former_bureau_org_number", "former_access_ended_by"}
    link, change = ({each.name for each in fields_of(kind)} for kind in KINDS)
    assert change - link == former
    assert link < change


@EVERY
def test_all_fonts_are_embedded(kind: FormKind, locale: Locale) -> None:
    reader = opened(kind, locale)
    root: Any = reader.trailer["/Root"]
    page: Any = reader.pages[0]
    fonts = [*page["/Resources"]["/Font"].values(), *root["/AcroForm"]["/DR"]["/Font"].values()]
    assert len(fonts) >= 3
    for font in (each.get_object() for each in fonts):
        assert font["/FontDescriptor"]["/FontFile2"].get_data()
        assert "Lato" in font["/BaseFont"]


def test_the_fields_font_has_every_letter_that_swedish_names_are_written_with() -> None:
    reader = opened("link_client", "sv")
    root: Any = reader.trailer["/Root"]
    font = root["/AcroForm"]["/DR"]["/Font"]["/Lato"]
    assert font["/Encoding"] == "/WinAnsiEncoding"
    widths = dict(enumerate(font["/Widths"], start=int(font["/FirstChar"])))
    missing = font["/FontDescriptor"]["/MissingWidth"]
    for letter in "åäöÅÄÖéüÉÜæøß–”€":
        [code] = letter.encode("cp1252")
        assert widths[code] not in (0, missing), letter


VALUES = {
    "bureau_name": "Nordström & Öberg Redovisning AB",
    "client_name": "Äppelvikens Måleri",
    "client_org_number": "640823",
    "tenant_id": "100001",
    "signed_by": "Åsa Ångström",
    "signed_on": "2026-03-25",
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_filled_in_is_read_back_and_seen(kind: FormKind) -> None:  # R47
    writer = PdfWriter(clone_from=BytesIO(draw(kind, "sv", EMAIL)))
    given = {**VALUES, "signatory_role": "/system_admin"}
    writer.update_page_form_field_values(writer.pages[0], given, flatten=True)
    file = BytesIO()
    writer.write(file)
    filled = PdfReader(file)
    found = filled.get_fields() or {}
    assert {name: found[name]["/V"] for name in given} == given
    # Flattened, the fields' appearances are part of the page, and so of its text.
    text = filled.pages[0].extract_text()
    assert all(value in text for value in VALUES.values())
    states = {str(each["/AS"]) for each in widgets(filled) if name_of(each) == "signatory_role"}
    assert states == {"/Off", "/system_admin"}


@EVERY
def test_fields_lie_on_the_page_and_apart(kind: FormKind, locale: Locale) -> None:
    reader = opened(kind, locale, f"{'en-lang-adress' * 5}@koppla.example")
    places = [[float(side) for side in each["/Rect"]] for each in widgets(reader)]
    for left, foot, right, top in places:
        assert 36 < left < right < 595 - 36
        assert 36 < foot < top < 842 - 36
    for number, one in enumerate(places):
        for other in places[number + 1 :]:
            beside = one[2] <= other[0] or other[2] <= one[0]
            assert beside or one[3] <= other[1] or other[3] <= one[1], (one, other)


@EVERY
def test_a_form_is_tagged_in_the_order_in_which_it_is_read(kind: FormKind, locale: Locale) -> None:
    reader = opened(kind, locale)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    tree = root["/StructTreeRoot"]
    elements = [each.get_object() for each in tree["/K"]["/K"]]
    tags = [each["/S"] for each in elements]
    assert tags.count("/H1") == 1
    assert tags.index("/H1") < tags.index("/H2") < tags.index("/Form")
    assert reader.pages[0]["/Tabs"] == "/S"
    numbers = tree["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    marked = [each.get_object() for each in parents[reader.pages[0]["/StructParents"]]]
    assert marked == [each for each in elements if each["/S"] != "/Form"]
    fields = [each for each in elements if each["/S"] == "/Form"]
    assert [each["/K"]["/Obj"] for each in fields] == widgets(reader)
    owners = [parents[widget["/StructParent"]].get_object() for widget in widgets(reader)]
    assert owners == fields


@EVERY
def test_a_form_is_always_the_same_bytes(kind: FormKind, locale: Locale) -> None:
    here = draw(kind, locale, EMAIL)
    assert draw(kind, locale, EMAIL) == here
    program = (
        "from hashlib import sha256; from linking.forms.drawing import draw;"
        f" print(sha256(draw({kind!r}, {locale!r}, {EMAIL!r})).hexdigest())"
    )
    there = subprocess.run(
        *([sys.executable, "-c", program],), check=True, capture_output=True, text=True
    )
    assert there.stdout.strip() == sha256(here).hexdigest()
