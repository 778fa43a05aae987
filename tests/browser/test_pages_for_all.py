"""Pages that need nobody: guidance and forms, the inbox of a run, the design system's own."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import window
from tests.support.platform import Platform

GATEWAY_S = Path(__file__).parents[2] / "ops/caddy/unavailable.html"
PAGES = {
    "forms": "/blanketter",
    "forms-nothing": "/blanketter/finns-inte",
    "inbox": "/inbox",
    "docs-operations": "/docs/operations",
    "docs-events": "/docs/events",
    "docs-event": "/docs/events/linking.requests.v1/LinkRequestAccepted",
    "docs-nothing": "/docs/finns-inte",
    "design": "/design",
    "missing": "/finns-inte",
    "platform-nothing": "/demo/platform",
    "platform-unknown": "/demo/platform?token=made-up",
    "sign-in": "/",
}


@pytest.mark.parametrize("name", PAGES)
async def test_it_can_be_read_by_everybody(
    koppla: Platform, browser: Browser, pictures: Path, name: str
) -> None:  # R7, R47
    async with window(browser, koppla.url) as anybody:
        page = await anybody.open(PAGES[name])
        await expect(page.locator("html")).to_have_attribute("lang", "sv")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert await looked_at(page, name, pictures) == []


async def test_the_gateway_s_own_page_can_be_read_without_anything_else(
    browser: Browser, pictures: Path
) -> None:
    async with window(browser, "null") as anybody:
        page = await anybody.context.new_page()
        await page.goto(GATEWAY_S.as_uri())
        await expect(page.get_by_role("heading", level=2)).to_have_text(re.compile("This page"))
        assert await looked_at(page, "gateway-away", pictures, once=True) == []


async def test_a_mail_leads_out_of_its_frame_to_its_page(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client = letters.client()
    await letters.ask(client)
    link = await letters.link(client)
    async with window(browser, koppla.url) as anybody:
        page = await anybody.open(f"/inbox?to={client['system_admins'][0]['email']}")
        await page.get_by_role("list").get_by_role("link").first.click()
        await page.frame_locator("iframe").get_by_role("link").first.click()
        await expect(page).to_have_url(koppla.url + link)
        await page.go_back()
        assert await looked_at(page, "inbox-mail", pictures) == []
