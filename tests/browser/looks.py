"""A page looked at: every width, both schemes, both languages; what is wrong with it."""

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Response, Route

from chassis.design.languages import COOKIE
from tests.browser.states import STATES

WIDTHS = (360, 768, 1440)
AXE_WIDTHS = (360, 1440)
"""Tables are stacked on a phone, and ways stand beside one another on a desk."""
SCHEMES = ("light", "dark")
MOST_BYTES, MOST_REQUESTS = 50_000, 3
_WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""All that the other scheme can change."""

_SMALL = """() => [
    ...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary'),
]
    .filter(e => e.checkVisibility() && !e.closest('p:not(.actions), li > span, dd, caption'))
    .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
    .filter(([, r]) => r.width && r.bottom > 0 && (r.width < 24 || r.height < 24))
    .map(([html, r]) => `${html} ${Math.round(r.width)}x${Math.round(r.height)}`)"""

# Of a group of radio buttons the group may tell it.
_UNTOLD = """() => [...document.querySelectorAll('[aria-invalid=true]')]
    .filter(e => !(e.getAttribute('aria-describedby') || '').split(' ')
        .some(id => document.getElementById(id)?.textContent.trim()))
    .map(e => `${e.outerHTML.slice(0, 90)} does not say what is wrong`)"""


async def looked_at(page: Page, name: str, pictures: Path, *, once: bool = False) -> list[str]:
    """The page at every width, in both schemes and in the other language, pictures taken; what is
    wrong with it.

    name: of STATES. once: it can't be asked for again, so it is neither weighed nor read in the
    other language here. The page is loaded anew otherwise: an answer to a form is asked for by the
    same form.
    """
    assert name in STATES, f"{name} is not in tests/browser/states.py"
    before = page.viewport_size
    await page.wait_for_load_state()
    wrong = await violations(page)
    for width in WIDTHS:
        await _fit(page, width)
        for scheme in SCHEMES:
            await _emulate(page, scheme)
            await page.screenshot(path=pictures / f"{name}.{width}.{scheme}.png")
    await page.emulate_media(color_scheme="light")
    wrong += await out_of_place(page)
    if not once:
        wrong += await _in_the_other_language(page)
    if before is not None:
        await page.set_viewport_size(before)
    return [f"{name}, {page.url}: {one}" for one in wrong]


async def _fit(page: Page, width: int) -> None:
    """The window as high as the page: what sticks to its edge would cover the middle else."""
    await page.set_viewport_size({"width": width, "height": 800})
    height = await page.evaluate("document.documentElement.scrollHeight")
    await page.set_viewport_size({"width": width, "height": height})


async def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA on a phone and on a desk, in both schemes, as
    sentences."""
    wrong: list[str] = []
    for width in AXE_WIDTHS:
        await _fit(page, width)
        for scheme, rules in zip(SCHEMES, (_WCAG, _COLOURS), strict=True):
            await _emulate(page, scheme)
            options = {"runOnly": rules, "resultTypes": ["violations"]}
            found = await Axe().run(page, options=options)
            wrong += [
                f"{width} px, {scheme}: {one['id']}: {one['help']}:"
                f" {[node['target'] for node in one['nodes']]}"
                for one in found.response["violations"]
            ]
    return wrong


async def _emulate(page: Page, scheme: str) -> None:
    # Without motion: a colour on its way from one scheme to the other is in neither.
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]


async def out_of_place(page: Page) -> list[str]:
    """Wider than its window (1.4.10), controls too small for a finger (2.5.8), fields that are
    wrong and don't say why (3.3.1), no heading."""
    wrong: list[str] = []
    for width in (1920, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        if over := await sideways(page):
            wrong.append(f"is {over} px wider than {width} px")
    await page.set_viewport_size({"width": 360, "height": 800})
    wrong += await page.evaluate(_SMALL)
    wrong += await page.evaluate(_UNTOLD)
    if (headings := await page.locator("h1").count()) != 1:
        wrong.append(f"{headings} main headings")
    return wrong


async def sideways(page: Page) -> int:
    """By how many CSS pixels the page is wider than its window."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(await page.evaluate(wide))


async def _in_the_other_language(page: Page) -> list[str]:
    """What is wrong with the same page in English, where it was in Swedish; it is in its own
    again afterwards. It is weighed as it is loaded."""
    before = await page.locator("html").get_attribute("lang")
    assert before in ("sv", "en")
    other = "en" if before == "sv" else "sv"
    address = page.url
    wrong = await _weighed(page, other)
    if await page.locator("html").get_attribute("lang") != other:
        wrong.append(f"is not in {other}")
    wrong += [f"in {other}: {one}" for one in await violations(page)]
    wrong += [f"in {other}: {one}" for one in await out_of_place(page)]
    await _speak(page, before)
    await page.reload()
    assert page.url == address
    return wrong


async def _speak(page: Page, language: str) -> None:
    """From the next page on; but pages that are public have no cookie."""
    parts = urlsplit(page.url)
    cookie = {"name": COOKIE, "value": language, "url": f"{parts.scheme}://{parts.netloc}"}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]


async def _weighed(page: Page, language: str) -> list[str]:
    """The page loaded anew in a language by a browser that has nothing of it yet."""
    await _speak(page, language)
    weight = Weight(page)

    async def ask(route: Route) -> None:
        one = route.request
        is_page = one.resource_type == "document" and one.frame == page.main_frame
        await route.continue_(url=_in(one.url, language) if is_page else one.url)

    # The cache is off where routes are on.
    await page.route("**", ask)
    await page.reload(wait_until="load")
    requests, size = weight.requests, await weight.bytes()
    await page.unroute("**")
    weight.stop()
    if 2 <= requests <= MOST_REQUESTS and size <= MOST_BYTES:
        return []
    return [f"is {size} bytes in {requests} requests"]


def _in(address: str, language: str) -> str:
    parts = urlsplit(address)
    asked = [one for one in parse_qsl(parts.query, True) if one[0] != "lang"]
    return urlunsplit(parts._replace(query=urlencode([*asked, ("lang", language)])))


class Weight:
    """How much a page is: requests, and bytes before any compression on the way."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.answers: list[Response] = []
        page.on("response", self._answered)

    def stop(self) -> None:
        self._page.remove_listener("response", self._answered)

    def _answered(self, answer: Response) -> None:
        self.answers.append(answer)

    async def bytes(self) -> int:
        return sum([len(await answer.body()) for answer in self._whole()])

    @property
    def requests(self) -> int:
        return len(self._whole())

    def _whole(self) -> list[Response]:
        """Without those that only lead elsewhere, and without what a script asks for later."""
        return [
            one
            for one in self.answers
            if not 300 <= one.status < 400
            and one.request.resource_type not in ("fetch", "xhr")
            and not one.url.startswith("data:")
        ]
