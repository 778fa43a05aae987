"""How much a page is: on a phone in a cellar, too."""

from playwright.async_api import Browser

from tests.browser.bureau import Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.window import MOST_BYTES, MOST_REQUESTS, Weight, window
from tests.support.platform import Platform

PATHS = (
    *("/logga-in", "/klienthanteraren", "/digital-byra", "/klienthanteraren/koppla-klient"),
    *("/forfragningar", "/blanketter", "/finns-inte"),
)


async def test_no_page_is_more_than_three_requests_and_fifty_kilobytes(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    client = letters.client()
    request = await letters.ask(client)
    link = await letters.link(client)
    sizes = {}
    async with window(browser, koppla.url) as desk:
        await Bureau(desk, Mouse()).sign_in()
        for path in (*PATHS, f"/forfragningar/{request}", link):
            page = await desk.context.new_page()
            weight = Weight(page)
            # The cache is off where routes are on: as for who comes for the first time.
            await page.route("**", lambda route: route.continue_())
            await page.goto(koppla.url + path, wait_until="load")
            sizes[path] = (weight.requests, await weight.bytes())
            await page.close()
    heavy = {
        path: size
        for path, size in sizes.items()
        if size[0] > MOST_REQUESTS or size[1] > MOST_BYTES
    }
    assert heavy == {}
    assert all(requests >= 2 for requests, _ in sizes.values()), sizes
