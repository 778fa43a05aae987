"""One browser window of one person, and everything in it that must not happen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


@dataclass
class Window:
    """context: with its own cookies. origin: ours; no other may be asked. wrong: what happened
    that must not, with its page."""

    context: BrowserContext
    origin: str
    wrong: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> Page:
        """A new tab at an address of ours."""
        page = await self.context.new_page()
        await page.goto(self.origin + path)
        return page

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # What a browser says of each answer of 400 and above is no mistake of the page.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.wrong.append(f"{message.location.get('url')}: {message.text}")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https") and f"{url.scheme}://{url.netloc}" != self.origin:
            self.wrong.append(f"{request.frame.url} asked {request.url}")


@asynccontextmanager
async def window(browser: Browser, origin: str, **options: Any) -> AsyncIterator[Window]:
    """Closed with the block, which fails where something happened that must not. options:
    Playwright's for a context; Swedish, light and 1440 px unless said otherwise."""
    about = {"locale": "sv-SE", "viewport": {"width": 1440, "height": 900}, **options}
    context = await browser.new_context(**about)
    context.set_default_timeout(60_000)
    one = Window(context, origin)
    context.on("page", one.watch)
    try:
        yield one
    finally:
        await context.close()
    assert one.wrong == []
