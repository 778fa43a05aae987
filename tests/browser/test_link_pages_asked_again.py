"""What a client's admin wrote and can't be sent: she is told why, and has it still."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import PHONE, window
from tests.support.platform import Platform


async def test_a_message_with_a_web_address_is_kept_and_can_be_mended(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D1
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client))
        await page.get_by_text("Avböj i stället").click()
        message = page.get_by_label("Meddelande till byrån")
        await message.fill("Nej tack, se www.var-byra.example")
        await page.get_by_role("button", name="Avböj", exact=True).click()
        alert = page.get_by_role("alert")
        await expect(alert).to_contain_text("Ta bort webbadressen ur meddelandet.")
        await expect(message).to_have_value("Nej tack, se www.var-byra.example")
        assert await looked_at(page, "link-message-refused", pictures) == []
        await alert.get_by_role("link").click()
        await expect(message).to_be_focused()
        await message.fill("Nej tack")
        await page.get_by_role("button", name="Avböj", exact=True).click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Du har avböjt förfrågan")


async def test_who_types_where_answers_go_finds_the_page(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:  # R31
    client = letters.client()
    await letters.ask(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client) + "/accept")
        await expect(page.get_by_role("button", name="Acceptera förfrågan")).to_be_visible()
