"""A bureau's user at the portal, as her browser shows it."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.hands import Hands
from tests.browser.window import Window

ADMIN, CONSULTANT = "Göran Ängström", "Linnéa Björk"
"""Of Norrskensbyrån, b-1, in the demo directory."""
NEWCOMER = "Bengt Fransson"
"""Admin of a bureau, b-6, that has neither asked nor linked any client."""
EXCLUDED, SUPPORT = "Oskar Ärlebrandt", "Stina Kundtjänst"


@dataclass
class Bureau:
    """Somebody of it, in a window of her own."""

    window: Window
    hands: Hands

    async def sign_in(self, name: str = ADMIN) -> Page:
        page = await self.window.open("/")
        await self.hands.press(page.get_by_role("button", name=name))
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    async def koppla_klient(self, page: Page) -> Page:
        """The new tab; the page that it came from stays (R15)."""
        before = page.url
        async with self.window.context.expect_page() as opened:
            await self.hands.press(page.get_by_role("link", name="Koppla klient", exact=True))
        tab = await opened.value
        await tab.wait_for_load_state()
        assert page.url == before
        return tab

    async def search(self, page: Page, client: dict[str, Any]) -> None:
        await self.look_for(page, client["org_number"])
        await expect(page.get_by_role("heading", name=client["name"])).to_be_visible()

    async def look_for(self, page: Page, number: str) -> None:
        """On Koppla klient, by organisationsnummer."""
        await self.hands.choose(page.get_by_role("radio", name="Organisationsnummer"))
        await self.hands.write(page.get_by_role("textbox").first, number)
        await self.hands.press(page.get_by_role("button", name="Sök", exact=True))

    async def send(self, page: Page) -> None:
        await self.hands.press(page.get_by_role("button", name="Skicka förfrågan"))
        await expect(page.locator("#standing")).to_contain_text("Väntar på svar")

    async def activate(self, page: Page, client: dict[str, Any], consultant: str) -> None:
        """From her list; the consultant may read, and write in the bookkeeping, and nobody else
        has anything."""
        hers = page.get_by_role("link", name=f"Aktivera {client['name']}")
        # The list shows the first few, and leads to all.
        more = page.get_by_role("link", name=re.compile(r"^Visa alla \d"))
        await expect(hers.or_(more).first).to_be_visible()
        if not await hers.is_visible():
            await self.hands.press(more)
        await self.hands.press(hers)
        preset = page.get_by_role("combobox", name=f"{consultant} Alla program")
        await self.hands.select(preset, "Läsa")
        await self.hands.press(page.get_by_role("button", name="Fyll i för alla"))
        # Filled in on this page, or, without script, on the next.
        filled = page.get_by_role("combobox", name=f"{consultant} Dokument")
        await expect(filled).to_have_value("r")
        cell = page.get_by_role("combobox", name=f"{consultant} Bokföring")
        await self.hands.select(cell, "Skriva")
        await self.hands.press(page.get_by_role("button", name="Aktivera klienten"))
        await expect(page.get_by_role("main")).to_contain_text(client["name"])

    async def log_in_at(self, page: Page, client: dict[str, Any]) -> None:
        """One click on the client's name in the list (R44)."""
        await self.hands.press(page.get_by_role("button", name=client["name"], exact=True))
        await expect(page.get_by_role("heading", level=1)).to_have_text(client["name"])
        await expect(page.get_by_role("main")).to_contain_text("Bokföring")
