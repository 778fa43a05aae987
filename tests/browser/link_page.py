"""A link's page as its holder uses it: told by what it is made of, since its words are bettered."""

import re

from playwright.async_api import Locator, Page

from chassis.design.catalogue import texts


def answering(page: Page, answer: str) -> Locator:
    """The form by which one says so: accept, decline or end."""
    return page.locator(f"form[action*='/{answer}']")


def button(page: Page, answer: str) -> Locator:
    return answering(page, answer).get_by_role("button")


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def said(key: str) -> re.Pattern[str]:
    """A text of linking's catalogue in Swedish, whatever stands for its placeholders."""
    words = re.escape(texts("linking", "sv").raw(key))
    return re.compile(re.sub(r"\\{\w+\\}", ".+", words))


async def unguarded(page: Page, answer: str) -> None:
    """As by a browser that knows nothing of `required`."""
    await answering(page, answer).evaluate("form => { form.noValidate = true }")


async def open_decline(page: Page) -> Locator:
    """The field for a message to the bureau."""
    await page.locator("summary").click()
    return answering(page, "decline").get_by_role("textbox")
