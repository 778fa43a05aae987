"""An answer that comes too late, and a form that can't be taken: nothing is done, and the page says
so."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.letters import Letters, imported
from tests.browser.link_page import answering, button, heading, open_decline, said
from tests.browser.looks import looked_at
from tests.browser.test_link_pages_too_late import end_at_once
from tests.browser.window import PHONE, window
from tests.support.platform import Platform

WRITTEN = "Vi har redan en byrå."


async def decline(page: Page) -> None:
    await (await open_decline(page)).fill(WRITTEN)
    await button(page, "decline").click()


async def is_untaken(page: Page, name: str, pictures: Path, why: str) -> None:
    """why: the key of it. What was written is there to be copied."""
    told = page.get_by_role("alert")
    await expect(told).to_contain_text(said(why))
    await expect(told).to_contain_text(WRITTEN)
    await expect(answering(page, "accept")).to_have_count(0)
    assert await looked_at(page, name, pictures) == []


async def test_an_acceptance_after_another_has_declined(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R32
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client, 1))
        await letters.decline(client, WRITTEN)
        await answering(page, "accept").get_by_role("checkbox").check()
        await button(page, "accept").click()
        told = page.get_by_role("alert")
        await expect(told).to_contain_text(said("page.untaken_accepted_title"))
        await expect(told).to_contain_text(client["system_admins"][0]["name"])
        assert await looked_at(page, "link-untaken-acceptance", pictures) == []
    assert await letters.happened(request_id) == ["requested", "declined"]


async def test_a_refusal_after_the_bureau_took_it_back(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D2
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client))
        await letters.cancel(request_id)
        await decline(page)
        await is_untaken(page, "link-untaken-cancelled", pictures, "page.untaken_cancelled_why")
    assert await letters.happened(request_id) == ["requested", "cancelled"]


async def test_a_refusal_after_it_has_gone_out(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R26
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client))
        await end_at_once(koppla, request_id)
        await decline(page)
        await is_untaken(page, "link-untaken-expired", pictures, "page.untaken_expired_why")
    assert "declined" not in await letters.happened(request_id)


async def test_a_refusal_of_somebody_who_is_no_admin_any_more(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R34
    client = letters.client()
    request_id = await letters.ask(client)
    link = await letters.link(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        others = {**client, "system_admins": client["system_admins"][1:]}
        await imported(koppla, "clients", others)
        await letters.stands(link, 403)
        await decline(page)
        await is_untaken(page, "link-untaken-no-admin", pictures, "page.untaken_not_an_admin_why")
    assert await letters.happened(request_id) == ["requested"]


async def test_a_form_that_is_none_of_ours(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client))
        field = await open_decline(page)
        await field.evaluate("field => { field.name = 'nothing-of-ours' }")
        await button(page, "decline").click()
        await expect(heading(page)).to_have_text(said("page.bad_request_title"))
        assert await looked_at(page, "link-bad-request", pictures) == []
        # The way back to the page, where it can be answered still.
        await page.get_by_role("main").get_by_role("link").click()
        await expect(answering(page, "accept")).to_have_count(1)
    assert await letters.happened(request_id) == ["requested"]


async def test_ending_with_a_web_address_and_by_somebody_who_may_no_more(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D8
    client = letters.client()
    await letters.ask(client)
    await letters.accept(client)
    link = await letters.link(client, mails=2)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        reason = answering(page, "end").get_by_role("textbox")
        await reason.fill("Se www.ny-byra.example")
        await answering(page, "end").get_by_role("checkbox").check()
        await button(page, "end").click()
        await expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
        await expect(reason).to_have_value("Se www.ny-byra.example")
        assert await looked_at(page, "manage-message-refused", pictures) == []
        others = {**client, "system_admins": client["system_admins"][1:]}
        await imported(koppla, "clients", others)
        await letters.stands(link, 403)
        page = await phone.open(link)
        await expect(heading(page)).to_have_text(said("page.managed_refused_title"))
        assert await looked_at(page, "manage-refused", pictures) == []
    assert await letters.links(client) == ["active"]
