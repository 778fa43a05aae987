"""What an operator can see of the portal: routes, and nobody's names or numbers."""

import re

from portal.tests.browser import Browser
from portal.tests.people import ADMIN
from portal.tests.test_away import portal
from tests.support.platform import Platform


async def test_requests_are_counted_by_route_and_not_by_address(platform: Platform) -> None:
    async with portal(platform, platform.url) as browser:
        await browser.be(ADMIN)
        await _look_around(browser)
        measured = (await browser.http.get("/metrics")).text
    routes = set(re.findall(r'koppla_http_requests_total{.*route="([^"]*)"', measured))
    assert {"/klienthanteraren", "/forfragningar/{request_id}", "/logga-in/demo", "-"} <= routes
    assert "hemlig" not in measured


async def _look_around(browser: Browser) -> None:
    for path in (
        "/klienthanteraren?sok=hemlig",
        "/forfragningar/01890000-0000-7000-8000-000000000000",
        "/hemlig",
    ):
        await browser.open(path)
    assert (await browser.http.get("/healthz")).json() == {"status": "ok"}
