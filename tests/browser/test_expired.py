"""A link that nobody used in time, and what its page says to do."""

from pathlib import Path

from playwright.async_api import Browser, expect

from koppla.waiting import until
from tests.browser.bureau import Bureau
from tests.browser.conftest import up
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import window

TTL = "20s"


async def test_an_expired_link_says_what_to_do_and_the_bureau_sees_it(
    browser: Browser, pictures: Path, tmp_path: Path
) -> None:  # R26, R27, D4
    async with up(tmp_path, KOPPLA_LINK_TTL=TTL) as koppla:
        letters = Letters(koppla)
        client = letters.client()
        request = await letters.ask(client)
        link = await letters.link(client)
        async with window(browser, koppla.url) as phone, window(browser, koppla.url) as desk:
            page = await phone.open(link)

            async def expired() -> bool:
                await page.reload()
                return await page.get_by_role("button", name="Acceptera förfrågan").count() == 0

            await until(expired, 120, every=1, what="the link to expire")
            await expect(page.get_by_role("heading", level=1)).to_contain_text("gått ut")
            page = await Bureau(desk, Mouse()).sign_in()
            await page.goto(f"{koppla.url}/forfragningar/{request}")
            await expect(page.locator("#standing")).to_contain_text("Har gått ut")
            assert await looked_at(page, "request-expired", pictures) == []
