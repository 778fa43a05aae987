"""A client's admin who has no mouse: declining, mending what was refused, ending a link."""

from playwright.async_api import Browser, Page, expect

from tests.browser.hands import Keyboard
from tests.browser.letters import Letters
from tests.browser.link_page import answering, button, heading, said, unguarded
from tests.browser.window import window
from tests.support.platform import Platform

KEYS = Keyboard()


async def follow_the_summary(page: Page, name: str) -> None:
    """From the sentence that says what is wrong to the field that it is about."""
    await KEYS.press(page.get_by_role("alert").get_by_role("link"))
    field = page.locator(f"#{name}")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")


async def test_declining_and_an_error_on_the_way(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # D1
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url) as desk:
        page = await desk.open(await letters.link(client))
        message = answering(page, "decline").get_by_role("textbox")
        await expect(message).not_to_be_visible()
        await KEYS.press(page.locator("summary"))
        await KEYS.write(message, "Nej tack, se www.var-byra.example")
        await KEYS.press(button(page, "decline"))
        await follow_the_summary(page, "message")
        await page.keyboard.press("Control+A")
        await page.keyboard.type("Nej tack")
        await KEYS.press(button(page, "decline"))
        await expect(heading(page)).to_have_text(said("page.yours_declined_title"))
    assert await letters.happened(request_id) == ["requested", "declined"]


async def test_accepting_after_the_box_was_left_empty(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # D10
    client = letters.client()
    request_id = await letters.ask(client)
    async with window(browser, koppla.url) as desk:
        page = await desk.open(await letters.link(client))
        await unguarded(page, "accept")
        await KEYS.press(button(page, "accept"))
        await follow_the_summary(page, "confirm")
        await page.keyboard.press("Space")
        await KEYS.press(button(page, "accept"))
        await expect(heading(page)).to_have_text(said("page.yours_accepted_title"))
    assert await letters.happened(request_id) == ["requested", "accepted"]


async def test_ending_a_link(koppla: Platform, letters: Letters, browser: Browser) -> None:  # D8
    client = letters.client()
    await letters.ask(client)
    await letters.accept(client)
    async with window(browser, koppla.url) as desk:
        page = await desk.open(await letters.link(client, mails=2))
        # The way to the end of a long page.
        await KEYS.press(page.get_by_role("main").locator("a[href='#end']"))
        await KEYS.write(answering(page, "end").get_by_role("textbox"), "Vi byter byrå.")
        await unguarded(page, "end")
        await KEYS.press(button(page, "end"))
        await follow_the_summary(page, "confirm")
        await page.keyboard.press("Space")
        await KEYS.press(button(page, "end"))
        await expect(heading(page)).to_have_text(said("page.managed_ended_title"))
        await expect(page.get_by_role("main")).to_contain_text("Vi byter byrå.")
    assert await letters.links(client) == ["ended"]
