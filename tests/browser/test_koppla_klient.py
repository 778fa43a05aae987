"""Koppla klient and the request's page as they are seen: every dead end, and what comes of it."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.bureau import EXCLUDED, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import window
from tests.support.platform import Platform

FIND = "/klienthanteraren/koppla-klient"
NOBODY, SEVERAL, NO_ADMIN = "556469-6291", "556093-8762", "559649-6769"
"""In the demo directory: no client's, that of several databases, one's without an admin."""


async def test_each_dead_end_says_the_way_on(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R16-R19, R22, D5
    linked, pending = letters.client(), letters.client()
    await letters.link_up(linked)
    await letters.ask(pending)
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.koppla_klient(await bureau.sign_in())
        assert await looked_at(page, "koppla-klient", pictures) == []
        await page.get_by_role("button", name="Sök").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "koppla-klient-errors", pictures) == []
        await bureau.look_for(page, linked["tenant_id"])
        instead = page.get_by_role("button", name="Sök på databas-ID i stället")
        await expect(instead).to_be_visible()
        assert await looked_at(page, "koppla-klient-other-kind", pictures) == []
        # Corrected and sent by Enter: searched for as what was chosen.
        await page.get_by_role("textbox").first.fill(NOBODY)
        await page.get_by_role("textbox").first.press("Enter")
        await expect(page.get_by_role("main")).to_contain_text("Ingen klient hittades")
        await bureau.look_for(page, linked["tenant_id"])
        await instead.click()
        await expect(page.get_by_role("main")).to_contain_text("Klienten är redan kopplad")
        assert await looked_at(page, "koppla-klient-linked", pictures) == []
        for number, said, name in (
            (pending["org_number"], "väntar på svar", "koppla-klient-pending"),
            (NOBODY, "Ingen klient hittades", "koppla-klient-none"),
            (SEVERAL, "Företaget har flera databaser", "koppla-klient-several"),
            (NO_ADMIN, "ingen systemadministratör", "koppla-klient-no-admin"),
        ):
            await bureau.look_for(page, number)
            await expect(page.get_by_role("main")).to_contain_text(said)
            assert await looked_at(page, name, pictures) == []
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in(EXCLUDED)
        assert await looked_at(page, "client-manager-excluded", pictures) == []
        await page.goto(koppla.url + FIND)
        await expect(page.get_by_role("main").get_by_role("link", name="blankett")).to_be_visible()
        assert await looked_at(page, "koppla-klient-excluded", pictures) == []


async def test_a_request_from_its_sending_to_its_taking_back(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R20, D2
    client = letters.client()
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.sign_in()
        await page.goto(koppla.url + FIND)
        await bureau.search(page, client)
        assert await looked_at(page, "koppla-klient-found", pictures) == []
        message = page.get_by_label("Meddelande (valfritt)")
        await message.fill("Läs mer på www.byra.example")
        await page.get_by_role("button", name="Skicka förfrågan").click()
        await expect(message).to_have_value("Läs mer på www.byra.example")
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "koppla-klient-message-refused", pictures) == []
        await message.fill("Vi tar över bokföringen i januari.")
        await bureau.send(page)
        assert await looked_at(page, "request-pending", pictures) == []
        await page.get_by_role("button", name="Skicka igen").click()
        await expect(page.get_by_role("main")).to_contain_text("skickad igen")
        assert await looked_at(page, "request-resent", pictures) == []
        await page.get_by_role("link", name="Återta förfrågan").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Återta förfrågan till")
        assert await looked_at(page, "request-cancel", pictures) == []
        await page.get_by_role("button", name="Återta förfrågan").click()
        await expect(page.locator("#standing")).to_contain_text("återtog")
        assert await looked_at(page, "request-cancelled", pictures) == []


async def test_what_the_client_answered_is_told(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R35, D1
    accepted, declined = letters.client(), letters.client()
    yes, no = await letters.ask(accepted), await letters.ask(declined)
    await letters.accept(accepted)
    await letters.decline(declined, "Vi har redan en byrå.")
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in()
        await page.goto(f"{koppla.url}/forfragningar/{yes}")
        await expect(page.locator("#standing")).to_contain_text("accepterade")
        assert await looked_at(page, "request-accepted", pictures) == []
        await letters.end(accepted)
        await page.reload()
        await expect(page.get_by_role("main")).to_contain_text("Kopplingen till klienten är avslut")
        assert await looked_at(page, "request-link-ended", pictures) == []
        await page.goto(f"{koppla.url}/forfragningar/{no}")
        await expect(page.get_by_role("main")).to_contain_text("Vi har redan en byrå.")
        assert await looked_at(page, "request-declined", pictures) == []
        await page.goto(f"{koppla.url}/forfragningar")
        assert await looked_at(page, "requests", pictures) == []
        await page.goto(f"{koppla.url}/forfragningar?sok=finns+inte")
        assert await looked_at(page, "requests-none-found", pictures) == []
        await page.goto(f"{koppla.url}/forfragningar?sok=%07")
        assert await looked_at(page, "requests-refused", pictures) == []
