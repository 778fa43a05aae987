"""Mailed links that lead to no answer any more: each page says why, and what to do now."""

from pathlib import Path
from uuid import UUID

import asyncpg
from playwright.async_api import Browser, expect

from tests.browser.letters import Letters, imported
from tests.browser.looks import looked_at
from tests.browser.window import PHONE, window
from tests.support.platform import Platform

AN_HOUR_AGO = "now() - interval '1 hour'"


async def end_at_once(platform: Platform, request_id: str, *, newest: bool = True) -> None:
    """The clock moves on for one request. newest: False for the first of its two sendings."""
    database = await asyncpg.connect(platform.run_json()["databases"]["linking"])
    try:
        if newest:
            await database.execute(
                f"UPDATE link_requests SET expires_at = {AN_HOUR_AGO} WHERE id = $1",
                UUID(request_id),
            )
        await database.execute(
            f"UPDATE sendings SET expires_at = {AN_HOUR_AGO} WHERE request_id = $1 AND number = 1",
            UUID(request_id),
        )
    finally:
        await database.close()


async def test_an_expired_link_says_what_to_do_now(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R26, R27
    client = letters.client()
    request_id = await letters.ask(client)
    link = await letters.link(client)
    await end_at_once(koppla, request_id)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("gått ut")
        await expect(page.get_by_role("main")).to_contain_text(
            "Be byrån att skicka en ny förfrågan"
        )
        await expect(page.get_by_role("button")).to_have_count(0)
        assert await looked_at(page, "link-expired", pictures) == []


async def test_an_older_link_leads_to_the_newest_mail(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D2
    client = letters.client()
    request_id = await letters.ask(client)
    old = await letters.link(client)
    await letters.resend(request_id)
    new = await letters.link(client, mails=2)
    await end_at_once(koppla, request_id, newest=False)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(old)
        await expect(page.get_by_role("main")).to_contain_text("det senaste mejlet")
        assert await looked_at(page, "link-superseded", pictures) == []
        page = await phone.open(new)
        await expect(page.get_by_role("button", name="Acceptera förfrågan")).to_be_visible()


async def test_who_is_no_admin_any_more_is_told_so(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R34
    client = letters.client()
    await letters.ask(client, "Bara för er")
    link = await letters.link(client)
    others = {**client, "system_admins": client["system_admins"][1:]}
    await imported(koppla, "clients", others)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        refused = page.get_by_role("heading", name="Du kan inte besvara förfrågan")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        # The directory reaches linking a moment later.
        for _ in range(100):
            if await refused.count():
                break
            await page.wait_for_timeout(100)
            await page.reload()
        await expect(refused).to_be_visible()
        await expect(page.get_by_role("main")).not_to_contain_text("Bara för er")
        assert await looked_at(page, "link-no-admin", pictures) == []


async def test_a_box_left_empty_is_asked_for_on_the_page_too(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D10
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client))
        # As a browser sends it that knows nothing of `required`.
        await page.locator("form").first.evaluate("form => { form.noValidate = true }")
        await page.get_by_role("button", name="Acceptera förfrågan").click()
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("Kryssa i rutan")
        assert await looked_at(page, "link-unconfirmed", pictures) == []
        await alert.get_by_role("link").click()
        await expect(page.get_by_role("checkbox")).to_be_focused()
        await expect(page.get_by_role("checkbox")).to_have_accessible_description(
            "Kryssa i rutan för att bekräfta innan du accepterar."
        )
