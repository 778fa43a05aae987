"""The client's admin who has never heard of any of this, with the mail on her phone."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import PHONE, window
from tests.support.platform import Platform


async def confirm_and_accept(page: Page) -> None:
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Acceptera förfrågan").click()


async def decline(page: Page, message: str) -> None:
    await page.locator("summary").click()
    await page.get_by_role("textbox").fill(message)
    await page.get_by_role("button", name="Avböj", exact=True).click()


async def test_an_admin_reads_confirms_and_accepts(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R28, R29, R30, R33, R35
    client = letters.client()
    await letters.ask(client, "Hej! Vi tar över bokföringen från och med januari.")
    mine, other = await letters.link(client, 0), await letters.link(client, 1)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(mine)
        assert await looked_at(page, "link-open", pictures) == []
        button = page.get_by_role("button", name="Acceptera förfrågan")
        await expect(button).not_to_be_in_viewport()
        await page.get_by_role("link", name="Till ditt svar").click()
        await expect(button).to_be_in_viewport()
        await page.get_by_role("button", name="Acceptera förfrågan").click()
        # The browser itself says what is missing; nothing was sent.
        await expect(page.get_by_role("checkbox")).to_be_focused()
        await confirm_and_accept(page)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Du har accepterat")
        assert await looked_at(page, "link-accepted-by-you", pictures) == []
        page = await phone.open(other)
        await expect(page.get_by_role("main")).to_contain_text(client["system_admins"][0]["name"])
        assert await looked_at(page, "link-accepted-by-another", pictures) == []


async def test_the_admin_who_comes_second_is_told_who_was_first(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # R32
    client = letters.client()
    await letters.ask(client)
    async with (
        window(browser, koppla.url, **PHONE) as one,
        window(browser, koppla.url) as another,
    ):
        first = await one.open(await letters.link(client, 0))
        second = await another.open(await letters.link(client, 1))
        await second.get_by_role("checkbox").check()
        await confirm_and_accept(first)
        await expect(first.get_by_role("heading", level=1)).to_contain_text("Du har accepterat")
        await second.get_by_role("button", name="Acceptera förfrågan").click()
        await expect(second.get_by_role("main")).to_contain_text(client["system_admins"][0]["name"])
        await second.go_back()
        await second.reload()
        await expect(second.get_by_role("button", name="Acceptera förfrågan")).to_have_count(0)


async def test_in_english_too(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R47
    client = letters.client()
    await letters.ask(client)
    link = await letters.link(client)
    async with window(browser, koppla.url, **PHONE, locale="en-GB") as phone:
        page = await phone.open(link)
        assert await looked_at(page, "link-open-en", pictures) == []
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Accept").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
    async with window(browser, koppla.url, **PHONE, locale="en-GB") as phone:
        page = await phone.open(link)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("You have accepted")
        assert await looked_at(page, "link-accepted-by-you-en", pictures) == []


async def test_what_can_no_longer_be_answered_says_why(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D2
    cancelled = letters.client()
    await letters.cancel(await letters.ask(cancelled))
    async with window(browser, koppla.url, **PHONE) as phone:
        shown = {
            "link-cancelled": await letters.link(cancelled),
            "link-damaged": "/l/" + "x" * 40,
        }
        for name, link in shown.items():
            page = await phone.open(link)
            await expect(page.get_by_role("button", name="Acceptera förfrågan")).to_have_count(0)
            assert await looked_at(page, name, pictures) == []


async def test_an_admin_declines_and_tells_why(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D1
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        link = await letters.link(client)
        page, other = await phone.open(link), await phone.open(link)
        await decline(page, "Vi har redan en byrå")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("avböjt")
        await expect(page.get_by_role("main")).to_contain_text("Vi har redan en byrå")
        assert await looked_at(page, "link-declined", pictures) == []
        await other.bring_to_front()
        await decline(other, "Ring inte")
        await expect(other.get_by_role("main")).to_contain_text("Ditt meddelande skickades inte")
        await expect(other.get_by_role("main")).to_contain_text("Ring inte")
        assert await looked_at(other, "link-unsent", pictures) == []


async def test_the_link_is_ended_from_the_receipt(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D8
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        asked = await letters.link(client)
        page = await phone.open(asked)
        await confirm_and_accept(page)
        page = await phone.open(await letters.link(client, mails=2))
        assert await looked_at(page, "manage-active", pictures) == []
        await page.locator("form").last.evaluate("form => { form.noValidate = true }")
        await page.get_by_role("button", name="Avsluta").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "manage-unconfirmed", pictures) == []
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Avsluta").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("avslutad")
        assert await looked_at(page, "manage-ended", pictures) == []
        page = await phone.open(asked)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("avslutad")
        assert await looked_at(page, "link-ended", pictures) == []


async def test_a_second_answer_in_another_tab_is_told_not_to_be_taken(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R32, R33
    client = letters.client()
    await letters.ask(client)
    link = await letters.link(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page, other = await phone.open(link), await phone.open(link)
        await confirm_and_accept(other)
        await expect(other.get_by_role("heading", level=1)).to_contain_text("Du har accepterat")
        await page.bring_to_front()
        await decline(page, "Nej, vänta")
        await expect(page.get_by_role("main")).to_contain_text("togs inte emot")
        await expect(page.get_by_role("main")).to_contain_text("Nej, vänta")
        assert await looked_at(page, "link-untaken", pictures) == []
