"""Bureau staff at the portal, before the client has answered: what they see and may not see."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.bureau import EXCLUDED, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.window import window
from tests.support.platform import Platform

MOUSE = Mouse()
REFUSED = {EXCLUDED: "a chain", "Frida Olsson": "a multi-company set-up"}
HOMES = ("/klienthanteraren", "/digital-byra")


@pytest.mark.parametrize("who", REFUSED)
async def test_who_may_not_has_no_button_in_the_page_at_all(
    koppla: Platform, browser: Browser, who: str
) -> None:  # R11, R12, R13
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, MOUSE).sign_in(who)
        for home in HOMES:
            await page.goto(koppla.url + home)
            html = await page.content()
            assert "koppla-klient" not in html
            assert "Koppla klient" not in html
        await page.goto(f"{koppla.url}/klienthanteraren/koppla-klient")
        await expect(page.get_by_role("button", name="Sök")).to_have_count(0)
        await expect(page.get_by_role("main").get_by_role("link", name="blankett")).to_be_visible()


async def test_both_entry_points_offer_it(koppla: Platform, browser: Browser) -> None:  # R9, R10
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, MOUSE).sign_in()
        for home in HOMES:
            await page.goto(koppla.url + home)
            button = page.get_by_role("link", name="Koppla klient", exact=True)
            await expect(button).to_have_attribute("target", "_blank")


async def test_a_double_click_sends_once_and_back_sends_nothing(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # R20
    client = letters.client()
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, MOUSE)
        page = await bureau.koppla_klient(await bureau.sign_in())
        await bureau.search(page, client)
        await page.get_by_role("button", name="Skicka förfrågan").dblclick()
        await expect(page.locator("#standing")).to_contain_text("Väntar på svar")
        shown = page.url
        await page.reload()
        await page.go_back()
        await page.wait_for_load_state()
        send = page.get_by_role("button", name="Skicka förfrågan")
        if await send.count():
            await send.click()
            await expect(page).to_have_url(shown)
        assert await letters.requests(client) == 1


async def test_search_as_you_type_finds_and_says_so(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    client = letters.client()
    await letters.link_up(client)
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, MOUSE).sign_in()
        await page.get_by_role("searchbox").press_sequentially("finns inte alls")
        await expect(page.get_by_role("main")).to_contain_text("”finns inte alls”")
