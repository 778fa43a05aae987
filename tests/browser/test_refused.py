"""What a portal takes from nobody, or not any more: told on a page, with the way back."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect
from starlette.responses import JSONResponse

from koppla.embedded.ports import free_port
from tests.browser.bureau import ADMIN, CONSULTANT, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.played import NOBODY, STRANGER, played
from tests.browser.test_koppla_klient import FIND
from tests.browser.window import window
from tests.support.platform import Platform


async def come_back(page: Page) -> None:
    await expect(page.get_by_role("main")).to_contain_text("Logga in för att fortsätta")
    await page.get_by_role("button", name=ADMIN).click()


async def test_a_session_that_is_gone_costs_nothing_that_was_typed(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client, linked = letters.client(), letters.client()
    await letters.activate(linked, bookkeeping="read")
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.sign_in()
        await page.goto(koppla.url + FIND)
        await bureau.search(page, client)
        message = page.get_by_label("Meddelande (valfritt)")
        await message.fill("Vi tar över i januari.")
        await desk.context.clear_cookies(name="koppla")
        await page.get_by_role("button", name="Skicka förfrågan").click()
        await expect(page.get_by_role("main")).to_contain_text("Logga in för att fortsätta")
        assert await looked_at(page, "sign-in-again", pictures) == []
        await come_back(page)
        await expect(message).to_have_value("Vi tar över i januari.")
        assert await letters.requests(client) == 0
        assert await looked_at(page, "koppla-klient-again", pictures) == []
        await page.goto(f"{koppla.url}/klienter/{linked['tenant_id']}/behorigheter")
        cell = page.get_by_role("combobox", name=f"{CONSULTANT} Lön")
        await cell.select_option("w")
        await desk.context.clear_cookies(name="koppla")
        await page.get_by_role("button", name="Spara behörigheterna").click()
        await come_back(page)
        await expect(cell).to_have_value("w")
        assert await looked_at(page, "permissions-again", pictures) == []


async def test_a_form_that_is_none_of_ours_changes_nothing(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client = letters.client()
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.sign_in()
        await page.goto(koppla.url + FIND)
        await bureau.search(page, client)
        await page.locator("[name=csrf]").evaluate_all("all => all.map(e => e.value = 'forged')")
        await page.get_by_role("button", name="Skicka förfrågan").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("togs inte emot")
        assert await letters.requests(client) == 0
        assert await looked_at(page, "forged", pictures) == []
        await page.goto(koppla.url + FIND)
        await page.get_by_role("textbox").evaluate(
            "field => { field.maxLength = 400000; field.value = '9'.repeat(300000); }"
        )
        await page.get_by_role("button", name="Sök").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("för stort")
        assert await looked_at(page, "too-large", pictures) == []
        await page.goto(f"{koppla.url}/kundtjanst")
        assert await looked_at(page, "wrong-role", pictures) == []
        await page.get_by_role("button", name="Logga ut").click()
        await expect(page.get_by_role("status")).to_be_visible()
        assert await looked_at(page, "signed-out", pictures) == []


async def test_who_belongs_nowhere_is_told_so(
    koppla: Platform, browser: Browser, pictures: Path
) -> None:
    async with played(koppla) as at:
        async with window(browser, at.url) as desk:
            page = await Bureau(desk, Mouse()).sign_in(NOBODY)
            await expect(page).to_have_url(f"{at.url}/ingen-sida")
            assert await looked_at(page, "no-page", pictures) == []
        async with window(browser, at.url) as desk:
            page = await Bureau(desk, Mouse()).sign_in(STRANGER)
            await page.goto(f"{at.url}/forfragningar")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Du har inte åtkomst")
            assert await looked_at(page, "forbidden", pictures) == []
        async with window(browser, at.url) as desk:
            at.gateway.answers = {"/v1/": JSONResponse({"code": "UNAUTHENTICATED"}, 401)}
            page = await Bureau(desk, Mouse()).sign_in()
            heading = page.get_by_role("heading", level=1)
            await expect(heading).to_have_text("Inloggningen godtas inte här")
            assert await looked_at(page, "sign-in-not-accepted", pictures) == []
            at.gateway.answers = {}
        async with window(browser, at.url) as desk:
            at.people.broken = True
            page = await desk.open("/logga-in")
            await expect(page.get_by_role("heading", level=1)).to_contain_text("fel hos oss")
            assert await looked_at(page, "unexpected", pictures) == []


async def test_an_issuer_is_where_one_signs_in_and_its_absence_is_told(
    koppla: Platform, browser: Browser, pictures: Path
) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    about = {"portal_oidc_issuer": issuer, "portal_oidc_client_id": "portal"}
    async with played(koppla, **about) as at, window(browser, at.url) as desk:
        page = await desk.open("/")
        for path, name in (
            ("/", "sign-in-issuer"),
            ("/logga-in/start", "sign-in-away"),
            ("/logga-in/klar?state=x&code=y", "sign-in-stale"),
        ):
            await page.goto(at.url + path)
            assert await looked_at(page, name, pictures) == []
