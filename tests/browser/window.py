"""One browser window of one person, and everything in it that must not happen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

WIDTHS = (360, 768, 1440)
SCHEMES = ("light", "dark")
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
MOST_BYTES, MOST_REQUESTS = 50_000, 3
_AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}

_SMALL = """() => [
    ...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary'),
]
    .filter(e => e.checkVisibility() && !e.closest('p, li > span, dd, caption'))
    .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([, r]) => r.width && r.bottom > 0 && (r.width < 24 || r.height < 24))
    .map(([html, r]) => `${html} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


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


async def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, as sentences."""
    found = await Axe().run(page, options=_AXE)
    return [
        f"{page.url}: {one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}"
        for one in found.response["violations"]
    ]


async def sideways(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window: 1.4.10 has it none."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(await page.evaluate(wide))


async def small_targets(page: Page) -> list[str]:
    """Controls below 24 × 24 CSS px that are not in a sentence (2.5.8)."""
    found = await page.evaluate(_SMALL)
    return [str(one) for one in found]


async def looked_at(page: Page, name: str, pictures: Path) -> list[str]:
    """The page at every width and in both schemes, pictures taken; what is wrong with it."""
    wrong: list[str] = []
    before = page.viewport_size
    for scheme in SCHEMES:
        # Without motion: a colour on its way from one scheme to the other is in neither.
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        wrong += await violations(page)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            await page.screenshot(path=pictures / f"{name}.{width}.{scheme}.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    for width in (320, 1920):
        await page.set_viewport_size({"width": width, "height": 800})
        if over := await sideways(page):
            wrong.append(f"{page.url} is {over} px wider than {width} px")
    await page.set_viewport_size({"width": 360, "height": 800})
    wrong += [f"{page.url}: {one}" for one in await small_targets(page)]
    if before is not None:
        await page.set_viewport_size(before)
    return wrong + await _in_english(page)


async def _in_english(page: Page) -> list[str]:
    """What is wrong with the same address in English; Swedish is chosen again afterwards."""
    address = page.url + ("&" if "?" in page.url else "?")
    other = await page.context.new_page()
    wrong: list[str] = []
    await other.goto(f"{address}lang=en")
    # A page that has no other language, the program that one signs in to, stays as it is.
    for scheme in SCHEMES:
        await other.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        wrong += await violations(other)
    await other.set_viewport_size({"width": 320, "height": 800})
    if over := await sideways(other):
        wrong.append(f"{other.url} is {over} px wider than 320 px")
    await other.goto(f"{address}lang=sv")
    await other.close()
    await page.bring_to_front()
    return wrong


class Weight:
    """How much a page is: requests, and bytes as they are transferred."""

    def __init__(self, page: Page) -> None:
        self.answers: list[Response] = []
        page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        self.answers.append(answer)

    async def bytes(self) -> int:
        return sum([len(await answer.body()) for answer in self._whole()])

    @property
    def requests(self) -> int:
        return len([one for one in self._whole() if not one.url.startswith("data:")])

    def _whole(self) -> list[Response]:
        """Without those that only lead elsewhere."""
        return [one for one in self.answers if not 300 <= one.status < 400]
