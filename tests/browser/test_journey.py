"""From Koppla klient to the client's company: by mouse, by keyboard alone, and without script."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.bureau import CONSULTANT, Bureau
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.letters import Letters
from tests.browser.window import Window, looked_at, window
from tests.support.platform import Platform

WAYS: dict[str, tuple[Hands, dict[str, Any]]] = {
    "mouse": (Mouse(), {}),
    "keyboard": (Keyboard(), {}),
    "no script": (Mouse(), {"java_script_enabled": False}),
}


async def accept(admin: Window, hands: Hands, link: str) -> None:
    page = await admin.open(link)
    await hands.tick(page.get_by_role("checkbox"))
    await hands.press(page.get_by_role("button", name="Acceptera förfrågan"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Du har accepterat")


@pytest.mark.parametrize("way", WAYS)
async def test_the_whole_journey(
    koppla: Platform, letters: Letters, browser: Browser, way: str
) -> None:  # R9, R10, R15-R20, R28-R30, R36-R41, R44
    hands, options = WAYS[way]
    client = letters.client()
    async with (
        window(browser, koppla.url, **options) as at_bureau,
        window(browser, koppla.url, **options) as at_client,
    ):
        bureau = Bureau(at_bureau, hands)
        home = await bureau.sign_in()
        tab = await bureau.koppla_klient(home)
        await bureau.search(tab, client)
        await bureau.send(tab)
        await accept(at_client, hands, await letters.link(client))
        if way == "no script":
            await tab.reload()
        # With script it shows without a reload.
        await expect(tab.locator("#standing")).to_contain_text("Accepterad")
        await home.reload()
        await bureau.activate(home, client, CONSULTANT)
        # The admin has granted herself nothing, so she has no way in.
        await home.goto(f"{koppla.url}/klienthanteraren")
        await expect(home.get_by_role("main")).to_contain_text(client["name"])
        await expect(home.get_by_role("button", name=client["name"], exact=True)).to_have_count(0)
    async with window(browser, koppla.url, **options) as at_desk:
        consultant = Bureau(at_desk, hands)
        page = await consultant.sign_in(CONSULTANT)
        await consultant.log_in_at(page, client)


async def test_the_pages_after_an_answer_look_right(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R36-R46
    client, waiting = letters.client(), letters.client()
    await letters.link_up(client)
    await letters.link_up(waiting)
    async with window(browser, koppla.url) as desk:
        bureau = Bureau(desk, Mouse())
        page = await bureau.sign_in()
        await page.get_by_role("link", name=f"Aktivera {waiting['name']}").click()
        assert await looked_at(page, "activate", pictures) == []
        await page.get_by_role("button", name="Aktivera klienten").click()
        assert await looked_at(page, "activate-nothing", pictures) == []
        await page.goto(f"{koppla.url}/klienthanteraren")
        await bureau.activate(page, client, CONSULTANT)
        await page.goto(f"{koppla.url}/digital-byra")
        assert await looked_at(page, "digital-bureau", pictures) == []
        await page.get_by_role("link", name=f"Om {client['name']}").click()
        assert await looked_at(page, "client", pictures) == []
        await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}/behorigheter")
        assert await looked_at(page, "permissions", pictures) == []
        await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}/avsluta")
        assert await looked_at(page, "end-link", pictures) == []
    async with window(browser, koppla.url) as desk:
        consultant = Bureau(desk, Mouse())
        page = await consultant.sign_in(CONSULTANT)
        assert await looked_at(page, "client-list-of-a-consultant", pictures) == []
        await consultant.log_in_at(page, client)
        assert await looked_at(page, "platform", pictures) == []
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("redan använd")
        assert await looked_at(page, "platform-spent", pictures) == []


async def test_customer_service_looks_right(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R4, R5
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in("Stina Kundtjänst")
        assert await looked_at(page, "support", pictures) == []
