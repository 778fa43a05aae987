"""Link pages of a run in which something is away, or which has had enough of one network."""

from pathlib import Path

import asyncpg
from playwright.async_api import Browser, expect

from tests.browser.conftest import up
from tests.browser.letters import Letters
from tests.browser.link_page import button, heading, open_decline, said
from tests.browser.looks import looked_at
from tests.browser.window import PHONE, window

MOST = 150
"""Visits: more than the test's own, few enough to be made at once."""


async def test_what_is_away_and_what_is_too_much_is_said(
    browser: Browser, pictures: Path, tmp_path: Path
) -> None:
    async with up(tmp_path, KOPPLA_RATE_LINK_PAGES=f"{MOST}/h") as koppla:
        letters = Letters(koppla)
        client = letters.client()
        request_id = await letters.ask(client)
        link = await letters.link(client)
        database = await asyncpg.connect(koppla.run_json()["databases"]["linking"])
        async with window(browser, koppla.url, **PHONE) as phone:
            page = await phone.open(link)
            await (await open_decline(page)).fill("Vi har redan en byrå.")
            await database.execute("ALTER TABLE recipients RENAME TO recipients_away")
            await button(page, "decline").click()
            await expect(heading(page)).to_have_text(said("page.unavailable_title"))
            assert await looked_at(page, "link-unavailable", pictures) == []
            await database.execute("ALTER TABLE recipients_away RENAME TO recipients")
            await database.close()
            async with koppla.client("nobody") as http:
                for _ in range(MOST):
                    await http.get(link)
            page = await phone.open(link)
            await expect(heading(page)).to_have_text(said("page.too_many_title"))
            assert await looked_at(page, "link-too-many", pictures) == []
        assert await letters.happened(request_id) == ["requested"]
