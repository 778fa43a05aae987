"""Two at once, twice at once, and back again: a link is accepted once and ended once."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.letters import Letters
from tests.browser.link_page import answering, button, heading, said
from tests.browser.window import PHONE, window
from tests.support.platform import Platform


async def stands_before_the_answer(page: Page) -> None:
    await expect(answering(page, "accept")).to_have_count(0)
    await expect(heading(page)).to_be_visible()


@pytest.mark.parametrize("number", range(3))
async def test_two_admins_accept_at_the_same_moment_and_one_wins(
    koppla: Platform, letters: Letters, browser: Browser, number: int
) -> None:  # R32
    client = letters.client()
    request_id = await letters.ask(client)
    async with (
        window(browser, koppla.url, **PHONE) as one,
        window(browser, koppla.url) as another,
    ):
        pages = [
            await each.open(await letters.link(client, admin))
            for admin, each in enumerate((one, another))
        ]
        for page in pages:
            await answering(page, "accept").get_by_role("checkbox").check()
        await asyncio.gather(*(button(page, "accept").click() for page in pages))
        await asyncio.gather(*(stands_before_the_answer(page) for page in pages))
        yours = said("page.yours_accepted_title")
        won = [bool(yours.search(await heading(page).inner_text())) for page in pages]
        assert sorted(won) == [False, True]
        winner, loser = won.index(True), pages[won.index(False)]
        name = client["system_admins"][winner]["name"]
        await expect(loser.get_by_role("main")).to_contain_text(name)
        # She is told that hers was not taken, and reading again tells her still whose was.
        await expect(loser.get_by_role("alert")).to_be_visible()
        await loser.goto(koppla.url + await letters.link(client, 1 - winner))
        await expect(loser.get_by_role("main")).to_contain_text(name)
    assert await letters.happened(request_id) == ["requested", "accepted"]
    assert await letters.links(client) == ["active"]


async def test_a_double_click_accepts_once_and_back_offers_nothing(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # R30, R33
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open("/blanketter")
        await page.goto(koppla.url + await letters.link(client))
        await answering(page, "accept").get_by_role("checkbox").check()
        await button(page, "accept").dblclick()
        await expect(heading(page)).to_have_text(said("page.yours_accepted_title"))
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.go_back()
        while not page.url.endswith("/blanketter"):
            # However many steps the browser makes of it, none of them offers to accept again.
            await stands_before_the_answer(page)
            await page.go_back()
        await page.go_forward()
        await stands_before_the_answer(page)
    assert await letters.happened(request_id) == ["requested", "accepted"]
    assert await letters.links(client) == ["active"]


async def test_a_double_click_ends_once(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # D8
    client = letters.client()
    await letters.ask(client)
    await letters.accept(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client, mails=2))
        await answering(page, "end").get_by_role("checkbox").check()
        await button(page, "end").dblclick()
        await expect(heading(page)).to_have_text(said("page.managed_ended_title"))
        await expect(page.get_by_role("alert")).to_have_count(0)
        await page.go_back()
        await expect(answering(page, "end")).to_have_count(0)
    assert await letters.links(client) == ["ended"]
