"""Kundtjänst: look up a client or a bureau, register a signed paper form, end a link."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from portal.tests.browser import Browser
from portal.tests.linking import activated, admin_of, linked
from portal.tests.page import Page
from portal.tests.people import ADMIN, LINKED_CONSULTANT, OTHER_ADMIN, SUPPORT, client
from tests.support.platform import Platform

CHECK, REGISTER, END = "Kontrollera", "Registrera och koppla", "Avsluta kopplingen"


async def look_up(browser: Browser, kind: str, identifier: str) -> Page:
    await browser.open("/kundtjanst")
    return await browser.press("Sök", kind=kind, identifier=identifier)


def form(tenant_id: str, **more: str) -> dict[str, str]:
    """What an agent types."""
    return {
        **{"form_kind": "link_client", "reference": "KT-2026-00417", "bureau": "p-7"},
        **{"kind": "tenant_id", "identifier": tenant_id, "signed": "yes"},
        **{"signed_by": "Åsa Öberg", "signatory_role": "authorised_signatory"},
        "signed_on": "2026-03-25",
        **more,
    }


async def write(browser: Browser, tenant_id: str, **more: str) -> Page:
    await browser.be(SUPPORT)
    await browser.open("/kundtjanst/blankett")
    return await browser.press(CHECK, **form(tenant_id, **more))


async def links(platform: Platform, tenant_id: str) -> list[Any]:
    async with platform.client("support-1", "support_agent") as http:
        answer = await http.get("/v1/links", params={"tenant_id": tenant_id})
    items: list[Any] = answer.json()["items"]
    return items


@pytest.mark.parametrize("name", [ADMIN, LINKED_CONSULTANT, OTHER_ADMIN])
async def test_a_bureau_has_no_page_of_customer_service(browser: Browser, name: str) -> None:  # R4
    page = await browser.be(name)
    assert "kundtjanst" not in page.html
    for path in ("", "/blankett", "/blankett/kontrollera", "/klienter/1001", "/byraer/p-1"):
        await browser.open(f"/kundtjanst{path}")
        assert browser.status == 403, path


async def test_a_client_is_looked_up_by_either_number(browser: Browser) -> None:
    await browser.be(SUPPORT)
    page = await look_up(browser, "tenant_id", "1101")
    assert page.link("Länkad 01 AB").href == "/kundtjanst/klienter/1101"
    number = client("1150")["org_number"]
    page = await look_up(browser, "org_number", number)
    assert {"Dubbel Bas AB", "Dubbel Bas AB, Lagret"} <= {one.words for one in page.links}
    assert browser.answer is not None
    assert number not in str(browser.answer.url)


@pytest.mark.parametrize("typed", ["p-7", "östby", "Östbyrån AB"])
async def test_a_bureau_is_looked_up_by_id_and_name(browser: Browser, typed: str) -> None:
    await browser.be(SUPPORT)
    page = await look_up(browser, "bureau", typed)
    assert page.link("Östbyrån AB").href == "/kundtjanst/byraer/p-7"


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("", "1001", "Välj vad du söker på."),
        ("name", "1001", "Välj vad du söker på."),
        ("tenant_id", "", "Skriv klientens databas-ID."),
        ("tenant_id", "<b>", "en till tolv siffror"),
        ("org_number", "556469-6292", "någon siffra är fel"),
        ("bureau", " ", "Skriv byråns namn"),
        ("bureau", "x" * 201, "högst 200 tecken"),
        ("bureau", "a\x00b", "högst 200 tecken"),
        ("bureau", "finns inte alls", "Ingen byrå hittades"),
        ("tenant_id", "999999", "Ingen klient hittades"),
    ],
)
async def test_what_can_t_be_looked_up_is_told(
    browser: Browser, kind: str, typed: str, said: str
) -> None:
    await browser.be(SUPPORT)
    page = await look_up(browser, kind, typed)
    assert said in page.words
    assert "<b>" not in page.html


async def test_a_client_s_links_requests_and_trail_are_there(
    browser: Browser, platform: Platform
) -> None:  # D9
    await linked(platform, "1134")
    async with admin_of(platform, "p-2") as http:
        body = {"tenant_id": "1134", "entry_point": "client_manager", "message": "Hej"}
        assert (await http.post("/v1/link-requests", json=body)).status_code == 201
    await browser.be(SUPPORT)
    page = await browser.open("/kundtjanst/klienter/1134")
    assert "Länkad 34 AB" in page.headings
    page = await browser.follow("Östbyrån AB")
    assert browser.path.startswith("/kundtjanst/kopplingar/")
    for told in ("Koppla klient", "Åsa Öberg", "Firmatecknare", "25 mars 2026", "KT-1"):
        assert told in page.words
    await browser.open("/kundtjanst/klienter/1134")
    await browser.follow("Förfrågningar")
    page = await browser.follow("Sydbyrån AB")
    for told in ("Väntar på svar", "Hej", "1***@mail.example", "Förfrågan skickades"):
        assert told in page.words
    assert not [one for one in page.forms if one.action.startswith("/forfragningar")]
    page = await browser.open("/kundtjanst/klienter/1134?visa=trail")
    assert "Blankett registrerades" in page.words
    assert "kundtjänst, för Åsa Öberg" in page.words
    assert "referens KT-1" in page.words
    page = await browser.open("/kundtjanst/byraer/p-7?visa=trail")
    assert "Blankett registrerades" in page.words


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("klienter/999999", 200),
        ("klienter/1001?visa=nothing", 200),
        ("klienter/1001?visa=trail&fran=made-up", 200),
        ("byraer/p-1?fran=%00", 200),
        ("byraer/unknown", 200),
        ("klienter/x", 404),
        ("byraer/%3Cb%3E", 404),
        ("kopplingar/x", 404),
        ("kopplingar/01890000-0000-7000-8000-000000000000", 404),
        ("forfragningar/x", 404),
    ],
)
async def test_an_address_that_was_made_up_is_a_page(
    browser: Browser, path: str, status: int
) -> None:
    await browser.be(SUPPORT)
    await browser.open(f"/kundtjanst/{path}")
    assert browser.status == status


async def test_a_form_is_checked_with_names_before_it_is_sent_and_linked_once(
    browser: Browser, platform: Platform
) -> None:  # R3-R6
    page = await write(browser, "1135")
    assert browser.path == "/kundtjanst/blankett/kontrollera"
    for told in ("Östbyrån AB", "Länkad 35 AB", "Växjö", "25 mars 2026", "KT-2026-00417"):
        assert told in page.words
    assert await links(platform, "1135") == []
    check = page.form(REGISTER)
    page = await browser.press(REGISTER)
    assert browser.status == 422
    assert "Kryssa i rutan" in page.words
    fields = [*check.fields, ("confirm", "yes")]
    answers = await asyncio.gather(*(browser.post(check.action, fields) for _ in range(3)))
    assert len({one.headers["location"] for one in answers}) == 1
    page = await browser.open(answers[0].headers["location"])
    assert "Blanketten är registrerad" in page.words
    [made] = await links(platform, "1135")
    assert (made["route"], made["bureau_id"], made["status"]) == ("paper_form", "p-7", "active")
    # Back to the check page, and once more: it says how it stands.
    page = await browser.open(f"/kundtjanst/blankett/kontrollera?blankett={_sealed(check.fields)}")
    assert "Klienten är redan kopplad till byrån" in page.words
    assert page.link("Visa kopplingen").href == f"/kundtjanst/kopplingar/{made['id']}"
    async with platform.client("agent-1", "support_agent") as http:
        await http.post(f"/v1/links/{made['id']}/end", json={"reason": "Fel klient"})
    page = await browser.send(check, fields)
    assert "Kopplingen var redan avslutad." in page.words
    assert "Blanketten är registrerad" not in page.words


def _sealed(fields: list[tuple[str, str]]) -> str:
    return next(value for name, value in fields if name == "blankett")


async def test_what_was_typed_can_be_changed(browser: Browser) -> None:
    await write(browser, "1136")
    page = await browser.follow("Ändra uppgifterna")
    kept = dict(page.form(CHECK).fields)
    assert {name: kept[name] for name in form("1136")} == form("1136") | {"bureau": "p-7"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("form_kind", "", "Välj vilken blankett"),
        ("form_kind", "other", "Välj vilken blankett"),
        ("reference", "", "Skriv referensen"),
        ("reference", "x" * 201, "högst 200 tecken"),
        ("bureau", "", "Skriv byråns namn"),
        ("bureau", "finns inte", "Ingen byrå stämmer"),
        ("identifier", "", "Skriv klientens databas-ID."),
        ("identifier", "999999", "Ingen klient har det databas-ID:t"),
        ("kind", "", "Välj om du söker på"),
        ("signed", "", "Svara om blanketten är påskriven."),
        ("signed_by", "", "Skriv namnförtydligandet"),
        ("signed_by", "a\x07b", "tecken som inte går att spara"),
        ("signed_by", "www.example.se", "webbadress"),
        ("signatory_role", "", "Välj i vilken egenskap"),
        ("signed_on", "", "Skriv datumet vid"),
        ("signed_on", "25 mars", "Skriv datumet som"),
        ("signed_on", "2026-02-30", "Skriv datumet som"),
        ("signed_on", str(date.today() + timedelta(days=2)), "har inte varit än"),
        ("signed_on", "1999-01-01", "mer än tio år"),
    ],
)
async def test_each_field_that_is_missing_or_wrong_is_named(
    browser: Browser, field: str, value: str, said: str
) -> None:  # R5
    page = await write(browser, "1136", **{field: value})
    assert browser.status == 422
    assert said in page.words
    assert page.title.startswith("Fel: ")
    kept = dict(page.form(CHECK).fields)
    assert kept["signed_by" if field == "reference" else "reference"]
    assert page.link(_sentence(page, said)).href == f"#{field}"
    assert page.html.count(f'id="{field}"') == 1


def _sentence(page: Page, said: str) -> str:
    return next(one.words for one in page.links if said in one.words)


async def test_a_form_that_is_not_signed_is_not_taken(
    browser: Browser, platform: Platform
) -> None:  # R4
    page = await write(browser, "1136", signed="no")
    assert browser.status == 422
    assert "En blankett utan påskrift kan inte registreras" in page.words
    assert await links(platform, "1136") == []


async def test_one_of_several_databases_and_bureaus_is_chosen(browser: Browser) -> None:  # R17
    number = client("1150")["org_number"]
    page = await write(browser, number, kind="org_number", bureau="byrån")
    assert browser.status == 422
    assert "Välj vilken byrå det är." in page.words
    assert "Välj vilken av klientens databaser" in page.words
    page = await browser.press(CHECK, bureau_id="p-2", tenant_id="1151")
    assert browser.path == "/kundtjanst/blankett/kontrollera"
    assert "Sydbyrån AB" in page.words
    assert "Dubbel Bas AB, Lagret" in page.words


async def test_a_pending_request_and_other_bureaus_are_told_of(
    browser: Browser, platform: Platform
) -> None:  # D11
    await linked(platform, "1137")
    async with admin_of(platform, "p-2") as http:
        body = {"tenant_id": "1137", "entry_point": "client_manager"}
        assert (await http.post("/v1/link-requests", json=body)).status_code == 201
    page = await write(browser, "1137", bureau="p-2", form_kind="change_bureau")
    assert "återtas när blanketten registreras" in page.words
    assert "Ska den tidigare byrån inte längre ha åtkomst" in page.words
    assert page.link("Östbyrån AB")


async def test_an_excluded_bureau_is_linked_by_form(browser: Browser, platform: Platform) -> None:
    # R14
    page = await write(browser, "1138", bureau="p-3")
    page = await browser.press(REGISTER, confirm="yes")
    assert "Blanketten är registrerad" in page.words
    assert [one["bureau_id"] for one in await links(platform, "1138")] == ["p-3"]


@pytest.mark.parametrize("sealed", ["", "made-up", "%00", "x" * 1500])
async def test_a_check_page_without_its_form_begins_anew(browser: Browser, sealed: str) -> None:
    await browser.be(SUPPORT)
    page = await browser.open(f"/kundtjanst/blankett/kontrollera?blankett={sealed}")
    assert browser.path == "/kundtjanst/blankett"
    assert "Uppgifterna fanns inte kvar" in page.words


async def test_support_ends_a_link_with_a_reason(browser: Browser, platform: Platform) -> None:
    # D8
    link = await activated(platform, "1139", p_7_cea={"payroll": "read"})
    await browser.be(SUPPORT)
    await browser.open(f"/kundtjanst/kopplingar/{link['id']}")
    page = await browser.follow(END)
    page = await browser.press(END, confirm="yes")
    assert browser.status == 422
    assert "Skriv vem som bad om det och varför." in page.words
    page = await browser.press(END, confirm="yes", reason="Klienten ringde och bad om det.")
    assert browser.path == f"/kundtjanst/kopplingar/{link['id']}"
    assert "Stina Kundtjänst avslutade den" in page.words
    assert "Klienten ringde och bad om det." in page.words
    await browser.open(f"/kundtjanst/kopplingar/{link['id']}/avsluta")
    assert browser.path == f"/kundtjanst/kopplingar/{link['id']}"


async def test_what_was_typed_is_there_after_signing_in_again(browser: Browser) -> None:
    await browser.be(SUPPORT)
    page = await browser.open("/kundtjanst/blankett")
    browser.http.cookies.delete("koppla")
    await browser.press(CHECK, page.form(CHECK), **form("1136"))
    page = await browser.press(SUPPORT)
    assert browser.path == "/kundtjanst/blankett"
    kept = dict(page.form(CHECK).fields)
    assert {name: kept[name] for name in form("1136")} == form("1136")
