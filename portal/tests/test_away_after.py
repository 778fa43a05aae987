"""A service that is away while somebody activates, changes, ends or registers."""

from collections.abc import AsyncIterator

import pytest
from starlette.responses import JSONResponse

from portal.tests.browser import Browser
from portal.tests.linking import access, activated, end, linked
from portal.tests.people import LINKED_ADMIN, OTHER_ADMIN, SUPPORT
from portal.tests.test_away import portal
from portal.tests.test_requests_pages import ask
from portal.tests.test_support import CHECK, REGISTER, form, links
from tests.support.outage import Outage, outage
from tests.support.platform import Platform

ACTIVATE, SAVE, END = "Aktivera klienten", "Spara behörigheterna", "Avsluta kopplingen"
CELL = "p-7-cea:payroll"


@pytest.fixture
async def at(platform: Platform) -> AsyncIterator[tuple[Browser, Outage]]:
    async with outage(platform.url) as (played, gateway), portal(platform, gateway) as browser:
        yield browser, played


async def test_activating_is_sent_again_with_what_was_chosen(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await linked(platform, "1113")
    await browser.be(LINKED_ADMIN)
    await browser.open("/aktivera/1113")
    # It was done, and nobody learns of it.
    played.lost = ("/v1/activation-list",)
    page = await browser.press(ACTIVATE, **{CELL: "w"})
    assert browser.status == 503
    assert "Det du valde och skrev finns kvar" in page.words
    assert (CELL, "w") in page.form(ACTIVATE).fields
    again = page.form(ACTIVATE)
    played.lost = ()
    page = await browser.press(ACTIVATE, again)
    assert "Klienten är aktiverad" in page.words
    assert await access(platform, "1113") == {"p-7-cea": {"payroll": "write"}}
    played.away = ("/v1/activation-list", "/v1/clients")
    await browser.open("/aktivera/1113")
    assert browser.status == 503


async def test_what_was_chosen_is_there_when_the_service_is_back(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await linked(platform, "1118")
    await browser.be(LINKED_ADMIN)
    await browser.open("/aktivera/1118")
    played.away = ("/v1/activation-list", "/v1/consultants")
    page = await browser.press(ACTIVATE, **{CELL: "w"})
    assert browser.status == 503
    assert "Klientlistan går inte att nå just nu" in page.words
    played.away = ()
    page = await browser.follow("Försök igen")
    assert (CELL, "w") in page.form(ACTIVATE).fields
    # Shown once.
    page = await browser.open("/aktivera/1118")
    assert (CELL, "w") not in page.form(ACTIVATE).fields


async def test_a_token_that_is_refused_in_the_middle_leads_back_to_the_same_step(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await activated(platform, "1119", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1119/avsluta")
    refused = JSONResponse({"code": "UNAUTHENTICATED", "status": 401}, 401)
    played.answers = {"/v1/links": refused}
    await browser.press(END, reason="Vi är klara.", confirm="yes")
    assert browser.path == "/logga-in"
    played.answers = {}
    page = await browser.press(LINKED_ADMIN)
    assert browser.path == "/klienter/1119/avsluta"
    assert page.form(END).value("reason") == "Vi är klara."


async def test_permissions_are_sent_again_with_what_was_chosen(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await activated(platform, "1114", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1114/behorigheter")
    played.away = ("/v1/clients/1114/consultants/p-7-cea",)
    page = await browser.press(SAVE, **{CELL: "r", "p-7-bea:documents": ""})
    assert browser.status == 503
    assert (CELL, "r") in page.form(SAVE).fields
    played.away = ()
    await browser.press(SAVE)
    assert browser.status == 200
    assert await access(platform, "1114") == {"p-7-cea": {"payroll": "read"}}


async def test_a_resend_whose_answer_was_lost_is_pressed_again_and_sent_once(
    at: tuple[Browser, Outage], platform: Platform
) -> None:  # R20, D2
    browser, played = at
    made = await ask(platform, "1020")
    await browser.be(OTHER_ADMIN)
    page = await browser.open(f"/forfragningar/{made['id']}")
    key = page.form("Skicka igen").value("key")
    # It was done, and nobody learns of it.
    played.lost = ("/v1/link-requests",)
    page = await browser.press("Skicka igen")
    assert browser.status == 503
    assert "den skickas ändå bara en gång till" in page.words
    played.lost = ()
    # Nor does it matter that her session ends before she presses again.
    form = page.form("Skicka igen")
    browser.http.cookies.delete("koppla")
    await browser.press("Skicka igen", form)
    page = await browser.press(OTHER_ADMIN)
    assert page.form("Skicka igen").value("key") == key
    page = await browser.press("Skicka igen")
    assert "Förfrågan är skickad igen" in page.words
    assert page.words.count("Förfrågan skickades igen") == 1
    assert page.form("Skicka igen").value("key") != key


@pytest.mark.parametrize(
    ("status", "code"), [(404, "NOT_FOUND"), (404, "CLIENT_NOT_FOUND"), (422, "INVALID_INPUT")]
)
async def test_where_some_permissions_are_saved_the_page_says_whose(
    at: tuple[Browser, Outage], platform: Platform, status: int, code: str
) -> None:
    browser, played = at
    tenant_id = {"NOT_FOUND": "1161", "CLIENT_NOT_FOUND": "1162"}.get(code, "1163")
    await activated(platform, tenant_id, p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open(f"/klienter/{tenant_id}/behorigheter")
    refused = JSONResponse({"code": code, "status": status}, status)
    played.answers = {f"/v1/clients/{tenant_id}/consultants/p-7-cea": refused}
    page = await browser.press(SAVE, **{CELL: "w", "p-7-bea:payroll": "w"})
    assert browser.status == 409
    assert "Sparat för: Bea Läsare. Inte sparat för: Cea Skrivare." in page.words
    assert (CELL, "w") in page.form(SAVE).fields
    assert set(await access(platform, tenant_id)) == {"p-7-bea"}
    played.answers = {}
    page = await browser.press(SAVE)
    assert "Behörigheterna är sparade." in page.words
    expected = {"p-7-bea": {"documents": "read", "payroll": "write"}}
    assert await access(platform, tenant_id) == {**expected, "p-7-cea": {"payroll": "write"}}


async def test_permissions_of_a_link_that_ended_among_the_rows_say_that_it_ended(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    link = await activated(platform, "1164", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1164/behorigheter")
    form = browser.page.form(SAVE)
    played.before = {"/v1/clients/1164/consultants/p-7-cea": lambda: end(platform, link)}
    page = await browser.press(SAVE, form, **{CELL: "w"})
    assert browser.status == 410
    assert "Ingenting har ändrats" not in page.words


async def test_where_it_is_not_known_what_is_saved_the_page_says_so(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await activated(platform, "1165", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1165/behorigheter")

    async def away() -> None:
        played.away = ("/v1/clients",)

    played.before = {"/v1/clients/1165/consultants/p-7-cea": away}
    page = await browser.press(SAVE, **{CELL: "w", "p-7-bea:payroll": "w"})
    assert browser.status == 503
    assert "Sparat för: Bea Läsare. Osäkert om det är sparat för: Cea Skrivare." in page.words


async def test_a_client_s_page_says_which_part_is_away(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await activated(platform, "1115", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    played.away = ("/v1/links", "/v1/link-requests")
    page = await browser.open("/klienter/1115")
    assert browser.status == 200
    assert "1 konsult har behörighet." in page.words
    assert "Förfrågningarna går inte att nå just nu" in page.words
    played.away = ("/v1/clients/1115/consultants",)
    page = await browser.open("/klienter/1115")
    assert "Klientlistan går inte att nå just nu" in page.words
    assert "Kopplad med blankett" in page.words


async def test_ending_keeps_the_reason(at: tuple[Browser, Outage], platform: Platform) -> None:
    browser, played = at
    await activated(platform, "1116", p_7_bea={"documents": "read"})
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1116/avsluta")
    [link] = await links(platform, "1116")
    played.away = (f"/v1/links/{link['id']}/end",)
    page = await browser.press(END, reason="Vi är klara.", confirm="yes")
    assert browser.status == 503
    kept = page.form(END)
    assert (kept.value("reason"), kept.value("confirm")) == ("Vi är klara.", "yes")
    played.away = ()
    page = await browser.press(END)
    assert "Kopplingen är avslutad." in page.words


async def test_a_form_whose_answer_was_lost_is_registered_once(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await browser.be(SUPPORT)
    await browser.open("/kundtjanst/blankett")
    played.away = ("/v1/bureau-searches",)
    page = await browser.press(CHECK, **form("1117"))
    assert browser.status == 503
    assert page.form(CHECK).value("reference") == "KT-2026-00417"
    played.away = ()
    page = await browser.press(CHECK)
    played.lost = ("/v1/paper-forms",)
    check = page.form(REGISTER)
    await browser.press(REGISTER, confirm="yes")
    assert browser.status == 503
    played.lost = ()
    page = await browser.press(REGISTER, check, confirm="yes")
    assert "Blanketten är registrerad" in page.words
    assert len(await links(platform, "1117")) == 1


async def test_a_form_that_was_changed_after_a_lost_answer_is_told_how_it_stands(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await browser.be(SUPPORT)
    await browser.open("/kundtjanst/blankett")
    await browser.press(CHECK, **form("1032"))
    played.lost = ("/v1/paper-forms",)
    await browser.press(REGISTER, confirm="yes")
    assert browser.status == 503
    played.lost = ()
    await browser.follow("Ändra uppgifterna")
    page = await browser.press(CHECK, signed_by="Åsa Öberg Lind")
    assert "Klienten är redan kopplad till byrån" in page.words
    assert len(await links(platform, "1032")) == 1


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ("/v1/bureau-searches", "INVALID_INPUT", "bureau"),
        ("/v1/client-searches", "INVALID_INPUT", "identifier"),
    ],
)
async def test_what_only_the_api_refuses_of_a_form_is_named_and_the_rest_kept(
    at: tuple[Browser, Outage], asked: str, code: str, field: str
) -> None:
    browser, played = at
    await browser.be(SUPPORT)
    await browser.open("/kundtjanst/blankett")
    played.answers = {asked: JSONResponse({"code": code, "status": 422}, 422)}
    page = await browser.press(CHECK, **form("1034"))
    assert browser.status == 422
    assert [one.href for one in page.links if one.href.startswith("#")][-1] == f"#{field}"
    assert page.form(CHECK).value("reference") == "KT-2026-00417"


@pytest.mark.parametrize(
    "away", ["/v1/client-searches", "/v1/links", "/v1/audit", "/v1/link-requests"]
)
async def test_customer_service_s_pages_say_which_part_is_away(
    at: tuple[Browser, Outage], away: str
) -> None:
    browser, played = at
    await browser.be(SUPPORT)
    played.away = (away,)
    for view in ("links", "requests", "trail"):
        await browser.open(f"/kundtjanst/klienter/1001?visa={view}")
        assert browser.status == 200
    await browser.open("/kundtjanst")
    page = await browser.press("Sök", kind="tenant_id", identifier="1001")
    assert browser.status == 200
    assert (away == "/v1/client-searches") == ("Sökningen svarar inte just nu" in page.words)
