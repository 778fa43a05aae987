"""A service that does not answer, or not now, as it is seen: which part, and what was typed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from starlette.responses import JSONResponse

from tests.browser.bureau import CONSULTANT, SUPPORT, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.played import Played, played
from tests.browser.test_koppla_klient import FIND
from tests.browser.test_support import FORM, check, type_off
from tests.browser.window import window
from tests.support.platform import Platform

SEARCH, REQUESTS, CLIENTS = "/v1/client-searches", "/v1/link-requests", "/v1/clients"
LIMITED = {"code": "RATE_LIMITED", "status": 429}
EXCLUDED = {"eligible": False, "reason": "BUREAU_EXCLUDED", "entry_points": ["client_manager"]}
NO_ADMIN = {"code": "NO_SYSTEM_ADMIN", "status": 422}
GONE = {"code": "NOT_FOUND", "status": 404}


@pytest.fixture
async def at(koppla: Platform) -> AsyncIterator[Played]:
    async with played(koppla) as portal:
        yield portal


async def test_a_part_of_a_page_that_can_t_be_had_says_so(
    at: Played, browser: Browser, pictures: Path
) -> None:
    async with window(browser, at.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in()
        at.gateway.away = (CLIENTS, REQUESTS)
        for path, name in (
            ("/klienthanteraren", "client-manager-unavailable"),
            ("/forfragningar", "requests-unavailable"),
            ("/forfragningar/01890000-0000-7000-8000-000000000000", "unavailable"),
        ):
            await page.goto(at.url + path)
            await expect(page.get_by_role("main")).to_contain_text("går inte att nå just nu")
            assert await looked_at(page, name, pictures) == []
        at.gateway.away = ("/v1/eligibility",)
        await page.goto(f"{at.url}/klienthanteraren")
        await expect(page.get_by_role("main")).to_contain_text("kan därför inte kopplas härifrån")
        assert await looked_at(page, "client-manager-unknown", pictures) == []


async def test_a_search_and_a_request_keep_what_was_written(
    at: Played, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R20
    client = letters.client()
    async with window(browser, at.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.sign_in()
        await page.goto(at.url + FIND)
        at.gateway.away = (SEARCH,)
        await bureau.look_for(page, client["org_number"])
        await expect(page.get_by_role("main")).to_contain_text("Sökningen svarar inte just nu")
        await expect(page.get_by_role("textbox").first).to_have_value(client["org_number"])
        assert await looked_at(page, "koppla-klient-unavailable", pictures) == []
        at.gateway.away = ()
        at.gateway.answers = {SEARCH: JSONResponse(LIMITED, 429, {"retry-after": "61"})}
        await bureau.look_for(page, client["org_number"])
        await expect(page.get_by_role("main")).to_contain_text("Vänta 2 minuter")
        assert await looked_at(page, "rate-limited", pictures) == []
        at.gateway.answers = {}
        await page.goto(at.url + FIND)
        await bureau.search(page, client)
        message = page.get_by_label("Meddelande (valfritt)")
        send = page.get_by_role("button", name="Skicka förfrågan")
        await message.fill("Viktigt")
        at.gateway.away = (REQUESTS,)
        await send.click()
        await expect(page.get_by_role("main")).to_contain_text("Det du skrev finns kvar")
        await expect(message).to_have_value("Viktigt")
        assert await looked_at(page, "koppla-klient-unsent", pictures) == []
        at.gateway.away = ()
        at.gateway.answers = {REQUESTS: JSONResponse(LIMITED, 429, {"retry-after": "61"})}
        await send.click()
        await expect(page.get_by_role("main")).to_contain_text("inte att skicka fler förfrågningar")
        await expect(message).to_have_value("Viktigt")
        assert await looked_at(page, "koppla-klient-limited", pictures) == []
        at.gateway.answers = {}
        await bureau.send(page)
        request = page.url.partition(at.url)[2].replace("/forfragningar", REQUESTS)
        resend, shown = page.get_by_role("button", name="Skicka igen"), page.url
        at.gateway.away = (f"{request}/resend",)
        await resend.click()
        await expect(page.get_by_role("main")).to_contain_text("bara en gång till")
        assert await looked_at(page, "request-unsent", pictures) == []
        at.gateway.away = ()
        for answer, said, name in (
            (JSONResponse(LIMITED, 429), "inte att skicka fler", "request-limited"),
            (JSONResponse(NO_ADMIN, 422), "kunde inte skickas igen", "request-not-resent"),
        ):
            at.gateway.answers = {f"{request}/resend": answer}
            await resend.click()
            await expect(page.get_by_role("main")).to_contain_text(said)
            assert await looked_at(page, name, pictures) == []
        at.gateway.answers = {"/v1/eligibility": JSONResponse(EXCLUDED)}
        await page.goto(shown)
        await expect(page.get_by_role("main")).to_contain_text("kan fortfarande besvaras")
        await expect(resend).to_have_count(0)
        assert await looked_at(page, "request-excluded", pictures) == []
        assert await letters.requests(client) == 1


async def test_what_was_chosen_for_a_client_is_kept(
    at: Played, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client, waiting = letters.client(), letters.client()
    await letters.activate(client, bookkeeping="write")
    await letters.link_up(waiting)
    async with window(browser, at.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in()
        cell = page.get_by_role("combobox", name=f"{CONSULTANT} Lön")
        for path, away, button, name in (
            (
                f"/aktivera/{waiting['tenant_id']}",
                f"/v1/activation-list/{waiting['tenant_id']}/activate",
                "Aktivera klienten",
                "activate-unsent",
            ),
            (
                f"/klienter/{client['tenant_id']}/behorigheter",
                f"{CLIENTS}/{client['tenant_id']}/consultants/",
                "Spara behörigheterna",
                "permissions-unsent",
            ),
        ):
            await page.goto(at.url + path)
            await cell.select_option("w")
            at.gateway.away = (away,)
            await page.get_by_role("button", name=button).click()
            await expect(page.get_by_role("main")).to_contain_text("finns kvar")
            await expect(cell).to_have_value("w")
            assert await looked_at(page, name, pictures) == []
            at.gateway.away = ()
        # One row is saved and the other is not.
        permissions = f"/klienter/{client['tenant_id']}/behorigheter"
        await page.goto(at.url + permissions)
        cells = page.locator("select[name$=':payroll']:not([name*='/'])")
        await cells.first.select_option("r")
        await cells.last.select_option("r")
        last = str(await cells.last.get_attribute("name")).partition(":")[0]
        refused = f"{CLIENTS}/{client['tenant_id']}/consultants/{last}"
        at.gateway.answers = {refused: JSONResponse(GONE, 404)}
        await page.get_by_role("button", name="Spara behörigheterna").click()
        await expect(page.get_by_role("alert")).to_contain_text("Inte sparat för")
        assert await looked_at(page, "permissions-partly", pictures) == []
        at.gateway.answers = {}
        await page.goto(f"{at.url}/klienter/{client['tenant_id']}/avsluta")
        await page.get_by_role("textbox").fill("Klienten har sagt upp oss.")
        await page.get_by_role("checkbox").check()
        at.gateway.lost = ("/v1/links",)
        at.gateway.answers = {}
        await page.get_by_role("button", name="Avsluta kopplingen").click()
        await expect(page.get_by_role("textbox")).to_have_value("Klienten har sagt upp oss.")
        assert await looked_at(page, "end-link-unsent", pictures) == []


async def test_a_paper_form_is_kept(
    at: Played, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client = letters.client()
    async with window(browser, at.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in(SUPPORT)
        at.gateway.away = (SEARCH,)
        await page.goto(f"{at.url}/kundtjanst")
        await page.locator("#kind-tenant_id").check()
        await page.get_by_role("textbox").fill(client["tenant_id"])
        await page.get_by_role("button", name="Sök", exact=True).click()
        await expect(page.get_by_role("main")).to_contain_text("Sökningen svarar inte just nu")
        assert await looked_at(page, "support-unavailable", pictures) == []
        await page.goto(at.url + FORM)
        await type_off(page, client)
        await check(page)
        await expect(page.get_by_role("main")).to_contain_text("Sökningen svarar inte just nu")
        await expect(page.locator("#signed_by")).to_have_value("Åsa Öberg")
        assert await looked_at(page, "paper-form-unavailable", pictures) == []
        at.gateway.away = ()
        await check(page)
        await page.get_by_role("checkbox").check()
        at.gateway.away = ("/v1/paper-forms",)
        await page.get_by_role("button", name="Registrera och koppla").click()
        await expect(page.get_by_role("main")).to_contain_text("finns kvar")
        assert await looked_at(page, "paper-check-unsent", pictures) == []
