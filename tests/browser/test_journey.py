"""From Koppla klient to the client's company: by mouse, by keyboard alone, and without script."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.bureau import CONSULTANT, Bureau
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.letters import Letters
from tests.browser.window import Window, window
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
        await letters.listed(client)
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
