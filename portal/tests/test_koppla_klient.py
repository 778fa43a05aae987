"""Koppla klient: who sees it, what a search finds, what stands in the way, and that one click is
one request."""

import asyncio
import re
from typing import Any

import pytest

from portal.tests.browser import Browser
from portal.tests.page import Page
from portal.tests.people import (
    ADMIN,
    CONSULTANT,
    EXCLUDED,
    MULTI_COMPANY,
    ONE_ENTRY,
    OTHER_ADMIN,
    client,
)
from tests.support.platform import Platform

ENTRIES = ("/klienthanteraren", "/digital-byra")
BUTTON = "Koppla klient"


async def find(browser: Browser, kind: str, typed: str, entry: str = ENTRIES[0]) -> Page:
    await browser.open(f"{entry}/koppla-klient")
    return await browser.press("Sök", kind=kind, identifier=typed)


async def sent_to(platform: Platform, tenant_id: str, user: str, bureau: str) -> list[Any]:
    async with platform.client(user, "bureau_admin", bureau_id=bureau) as http:
        answer = await http.get("/v1/link-requests", params={"tenant_id": tenant_id})
    items: list[Any] = answer.json()["items"]
    return items


@pytest.mark.parametrize("entry", ENTRIES)
async def test_the_button_opens_a_new_tab_from_both_entries(browser: Browser, entry: str) -> None:
    # R9, R10, R15
    await browser.be(CONSULTANT)
    link = (await browser.open(entry)).link(BUTTON)
    assert link.href == f"{entry}/koppla-klient"
    assert link.attributes["target"] == "_blank"
    assert "aria-label" not in link.attributes


@pytest.mark.parametrize("name", [EXCLUDED, MULTI_COMPANY])
@pytest.mark.parametrize("entry", ENTRIES)
async def test_the_button_is_not_in_the_html_of_who_may_not(
    browser: Browser, name: str, entry: str
) -> None:  # R11, R12
    await browser.be(name)
    page = await browser.open(entry)
    assert browser.status == 200
    assert BUTTON not in page.html
    assert "koppla-klient" not in page.html
    page = await browser.open(f"{entry}/koppla-klient")
    assert "med blankett" in page.words
    assert not [one for one in page.forms if "koppla-klient" in one.action]
    assert page.link("Till blanketterna").href == "/blanketter"


async def test_a_bureau_is_shown_the_entries_that_it_has(browser: Browser) -> None:  # R9
    page = await browser.be(ONE_ENTRY)
    assert browser.path == "/digital-byra"
    assert "Klienthanteraren" not in [one.words for one in page.links]


@pytest.mark.parametrize("typed", ["1001", " 1001 "])
async def test_a_client_is_found_by_database_id(browser: Browser, typed: str) -> None:  # R16, R19
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", typed)
    assert "1 klient hittades" in page.headings
    assert "Överbyns Åkeri AB" in page.headings
    for told in ("Växjö", "1001", client("1001")["org_number"]):
        assert told in page.words


async def test_every_client_of_a_number_is_told_apart(browser: Browser) -> None:  # R17
    await browser.be(ADMIN)
    number = client("1004")["org_number"]
    page = await find(browser, "org_number", f"16{number.replace('-', ' ')}")
    assert "2 klienter hittades" in page.headings
    assert {"Tvilling AB", "Tvilling AB, Butiken"} <= set(page.headings)
    assert len([one for one in page.forms if one.action.endswith("/skicka")]) == 2


async def test_no_number_stands_in_an_address(browser: Browser) -> None:
    await browser.be(ADMIN)
    number = client("1001")["org_number"]
    await find(browser, "org_number", number)
    assert browser.answer is not None
    address = str(browser.answer.url)
    assert number not in address
    assert number.replace("-", "") not in address
    page = await browser.open(address.removeprefix(browser.url))
    assert "Överbyns Åkeri AB" in page.headings


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("tenant_id", "", "Skriv klientens databas-ID."),
        ("org_number", "  ", "Skriv klientens organisationsnummer."),
        ("tenant_id", "12-34", "en till tolv siffror"),
        ("tenant_id", "1" * 13, "en till tolv siffror"),
        ("tenant_id", "<script>alert(1)</script>", "en till tolv siffror"),
        ("tenant_id", "\x00\x1b[31m", "en till tolv siffror"),
        ("tenant_id", "9" * 5000, "en till tolv siffror"),
        ("org_number", "556469-6292", "någon siffra är fel"),
        ("org_number", "abc", "är tio siffror"),
        ("", "1001", "Välj om du söker på"),
        ("name", "1001", "Välj om du söker på"),
    ],
)
async def test_what_can_t_be_searched_for_is_told_at_its_field(
    browser: Browser, kind: str, typed: str, said: str
) -> None:  # R17, R18
    await browser.be(ADMIN)
    page = await find(browser, kind, typed)
    assert browser.status == 422
    assert said in page.words
    assert page.title.startswith("Fel: ")
    assert "<script>alert" not in page.html
    assert "\x00" not in page.html


async def test_an_answer_to_a_form_offers_no_switch_that_loses_what_was_typed(
    browser: Browser,
) -> None:  # R47
    await browser.be(ADMIN)
    page = await browser.open(f"{ENTRIES[0]}/koppla-klient")
    assert page.link("English")
    page = await find(browser, "org_number", "123 abc")
    assert browser.status == 422
    assert [one for one in page.links if "lang=" in one.href] == []
    assert 'class="languages"' not in page.html


@pytest.mark.parametrize(
    ("kind", "typed", "instead"),
    [
        ("tenant_id", client("1001")["org_number"], "Sök på organisationsnummer i stället"),
        ("org_number", "1001", "Sök på databas-ID i stället"),
    ],
)
async def test_what_looks_like_the_other_is_one_click_from_it(
    browser: Browser, kind: str, typed: str, instead: str
) -> None:
    await browser.be(ADMIN)
    page = await find(browser, kind, typed)
    assert "Det här ser ut som ett" in page.words
    # Enter presses the first: what was corrected is searched for as what was chosen.
    assert page.form("Sök").buttons[0].words == "Sök"
    page = await browser.press(instead)
    assert "Överbyns Åkeri AB" in page.headings


async def test_ten_digits_that_are_no_database_id_are_offered_as_a_number(
    browser: Browser,
) -> None:
    await browser.be(ADMIN)
    digits = client("1002")["org_number"].replace("-", "")
    page = await find(browser, "tenant_id", digits)
    assert "Ingen klient hittades" in page.headings
    page = await browser.press("Sök på organisationsnummer i stället")
    assert "Ångbåtens Kök & Bar AB" in page.headings


async def test_nothing_found_leads_to_the_forms(browser: Browser) -> None:  # R1
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "999")
    assert "Ingen klient hittades" in page.headings
    assert page.link("Till blanketterna").href == "/blanketter"


async def test_a_client_without_an_admin_leads_to_the_forms(browser: Browser) -> None:  # R22
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "1003")
    assert "Klienten har ingen systemadministratör" in page.words
    assert page.link("Till blanketterna").href == "/blanketter"
    assert not [one for one in page.forms if one.action.endswith("/skicka")]


@pytest.mark.parametrize(("entry", "recorded"), [*zip(ENTRIES, ("1001", "1002"), strict=True)])
async def test_a_request_is_sent_and_shown_and_says_where_from(
    browser: Browser, platform: Platform, entry: str, recorded: str
) -> None:  # R9, R20
    await browser.be(ADMIN)
    await find(browser, "tenant_id", recorded, entry)
    page = await browser.press("Skicka förfrågan", message="Hej!\r\nVi börjar i mars.")
    assert "Förfrågan är skickad." in page.words
    assert f"Förfrågan till {client(recorded)['name']}" in page.headings
    assert "Åsa Öberg" in page.words
    assert "Å***" not in page.words
    (made,) = await sent_to(platform, recorded, "p-1-admin", "p-1")
    assert (
        made["entry_point"] == {ENTRIES[0]: "client_manager", ENTRIES[1]: "digital_bureau"}[entry]
    )
    assert made["message"] == "Hej!\nVi börjar i mars."
    page = await find(browser, "tenant_id", recorded, entry)
    assert "redan en förfrågan som väntar på svar" in page.words
    page = await browser.follow("Visa förfrågan: skicka igen eller återta")
    assert browser.path == f"/forfragningar/{made['id']}"
    assert "Förfrågan är skickad." not in page.words


async def test_a_double_click_sends_once(browser: Browser, platform: Platform) -> None:  # R20
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "1006")
    form = page.form("Skicka förfrågan")
    answers = await asyncio.gather(*(browser.post(form.action, form.fields) for _ in range(5)))
    assert {one.status_code for one in answers} == {303}
    assert len({one.headers["location"] for one in answers}) == 1
    assert len(await sent_to(platform, "1006", "p-1-admin", "p-1")) == 1


async def test_going_back_and_sending_again_leads_to_what_was_sent(
    browser: Browser, platform: Platform
) -> None:
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "1012")
    form = page.form("Skicka förfrågan")
    await browser.press("Skicka förfrågan", form)
    first = browser.path
    page = await browser.press("Skicka förfrågan", form, message="Ett annat meddelande")
    assert browser.path == first
    assert "Förfrågan var redan skickad." in page.words
    (made,) = await sent_to(platform, "1012", "p-1-admin", "p-1")
    assert made["message"] is None
    await browser.follow("Återta förfrågan")
    await browser.press("Återta förfrågan")
    page = await browser.press("Skicka förfrågan", form)
    assert browser.path == first
    assert "Förfrågan är skickad." not in page.words
    assert "Förfrågan var redan skickad." in page.words
    page = await browser.press("Skicka förfrågan", form, message="Ett annat meddelande")
    assert (browser.status, "Den här sidan har redan skickat" in page.words) == (422, True)
    assert dict(page.form("Skicka förfrågan").fields)["message"] == "Ett annat meddelande"
    await browser.press("Skicka förfrågan")
    newest, _ = await sent_to(platform, "1012", "p-1-admin", "p-1")
    assert (newest["message"], newest["status"]) == ("Ett annat meddelande", "pending")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("x" * 501, "högst 500 tecken"),
        ("Klicka på https://ond.example/", "inte innehålla en webbadress"),
        ("bråk\x00nolla", "tecken som inte går att skicka"),
        ("fråga \u2068Åsa\u2069", "tecken som inte går att skicka"),
        ("<img src=x onerror=alert(1)>" + "x" * 500, "högst 500 tecken"),
    ],
)
async def test_a_message_that_can_t_be_sent_stays_in_its_field(
    browser: Browser, platform: Platform, message: str, said: str
) -> None:
    await browser.be(OTHER_ADMIN)
    await find(browser, "tenant_id", "1013")
    page = await browser.press("Skicka förfrågan", message=message)
    assert browser.status == 422
    assert said in page.words
    kept = page.form("Skicka förfrågan").value("message")
    assert kept == re.sub("[\x00\u2068\u2069]", "\N{REPLACEMENT CHARACTER}", message)
    assert "<img src=x" not in page.html
    assert await sent_to(platform, "1013", "p-2-admin", "p-2") == []


async def test_markup_in_a_name_is_text(browser: Browser) -> None:
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "1009")
    assert "<b>Märke</b> & Son AB" in page.headings
    assert "<b>Märke" not in page.html


async def test_a_stale_page_tells_what_has_become_of_the_client(
    browser: Browser, platform: Platform
) -> None:
    await browser.be(ADMIN)
    page = await find(browser, "tenant_id", "1014")
    form = page.form("Skicka förfrågan")
    async with platform.client("p-1-bo", "consultant", bureau_id="p-1") as http:
        body = {"tenant_id": "1014", "entry_point": "client_manager"}
        made = (await http.post("/v1/link-requests", json=body)).json()
    page = await browser.press("Skicka förfrågan", form)
    assert browser.path == f"/forfragningar/{made['id']}"
    assert "Förfrågan var redan skickad." in page.words
