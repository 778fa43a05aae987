"""What people see while a service, the gateway or the issuer does not answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from chassis.design.catalogue import texts
from koppla.embedded.ports import free_port
from portal import shown
from portal.tests.browser import Browser
from portal.tests.people import ADMIN, OTHER_ADMIN
from portal.tests.test_requests_pages import ask
from tests.support.outage import Outage, outage, portal_before
from tests.support.platform import Platform

FIND = "/klienthanteraren/koppla-klient"
SEARCH, REQUESTS, CLIENTS = "/v1/client-searches", "/v1/link-requests", "/v1/clients"


@asynccontextmanager
async def portal(platform: Platform, gateway: str, **more: str) -> AsyncIterator[Browser]:
    """A portal of its own on the platform's folder, and somebody at it."""
    async with portal_before(gateway, platform.data, **more) as url, Browser(url) as browser:
        yield browser


@pytest.fixture
async def at(platform: Platform) -> AsyncIterator[tuple[Browser, Outage]]:
    async with outage(platform.url) as (played, gateway), portal(platform, gateway) as browser:
        await browser.be(ADMIN)
        yield browser, played


async def test_lists_that_can_t_be_had_leave_the_rest_of_the_page(
    at: tuple[Browser, Outage],
) -> None:
    browser, played = at
    played.away = (CLIENTS,)
    page = await browser.open("/klienthanteraren?sok=åkeri")
    assert browser.status == 200
    assert "Klientlistan går inte att nå just nu" in page.words
    assert page.form("Sök").value("sok") == "åkeri"
    assert page.link("Koppla klient")
    played.away = ("/v1/eligibility",)
    page = await browser.open("/klienthanteraren")
    assert "Klientlista" in page.headings
    # Whether the bureau may link by a click is not known: that is told, and nothing else is.
    assert "Koppla klient" not in page.html
    assert "Förfrågningarna går inte att nå just nu" in page.words
    assert "Inga klienter i listan än" in page.headings
    assert "med blankett" not in page.words


async def test_a_search_that_can_t_be_had_keeps_what_was_typed(at: tuple[Browser, Outage]) -> None:
    browser, played = at
    played.away = (SEARCH,)
    await browser.open(FIND)
    page = await browser.press("Sök", kind="tenant_id", identifier="1011")
    assert "Sökningen svarar inte just nu" in page.words
    assert page.form("Sök").value("identifier") == "1011"
    played.away = ()
    page = await browser.press("Sök")
    assert "Hela Vägen AB" in page.headings


async def test_a_request_whose_answer_was_lost_is_sent_again_and_is_one(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await browser.open(FIND)
    await browser.press("Sök", kind="tenant_id", identifier="1011")
    played.lost = (REQUESTS,)
    page = await browser.press("Skicka förfrågan", message="Viktigt")
    assert browser.status == 503
    assert "Förfrågningarna går inte att nå just nu" in page.words
    assert "Det du skrev finns kvar" in page.words
    played.lost = ()
    # It is there already, so the page tells of it instead of a form to send it again.
    assert "redan en förfrågan som väntar på svar" in page.words
    await browser.follow("Visa förfrågan: skicka igen eller återta")
    assert "Viktigt" in browser.page.words


async def test_a_request_that_could_not_be_sent_keeps_what_was_written(
    at: tuple[Browser, Outage],
) -> None:
    browser, played = at
    await browser.open(FIND)
    page = await browser.press("Sök", kind="tenant_id", identifier="1013")
    key = page.form("Skicka förfrågan").value("key")
    played.answers = {REQUESTS: PlainTextResponse("upstream connect error", 502)}
    page = await browser.press("Skicka förfrågan", message="Viktigt")
    assert browser.status == 503
    form = page.form("Skicka förfrågan")
    assert (form.value("message"), form.value("key")) == ("Viktigt", key)
    played.answers = {}
    page = await browser.press("Skicka förfrågan")
    assert "Förfrågan är skickad." in page.words


async def test_too_many_requests_are_told_with_when_to_try_again(
    at: tuple[Browser, Outage],
) -> None:
    browser, played = at
    await browser.open(FIND)
    await browser.press("Sök", kind="tenant_id", identifier="1002")
    limited = {"code": "RATE_LIMITED", "status": 429}
    played.answers = {
        SEARCH: JSONResponse(limited, 429, {"retry-after": "61"}),
    }
    page = await browser.press("Sök", kind="tenant_id", identifier="1002")
    assert browser.status == 429
    assert "Vänta 2 minuter" in page.words


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 minut"),
        (61, "2 minuter"),
        (89 * 60, "89 minuter"),
        (89 * 60 + 1, "2 timmar"),
        (120 * 60 + 1, "3 timmar"),
        (86_000, "24 timmar"),
    ],
)
def test_a_wait_is_told_in_minutes_and_long_ones_in_hours(seconds: int, said: str) -> None:
    assert shown.wait(seconds, texts("portal", "sv")) == said


async def test_a_resend_over_the_limit_says_so_and_is_pressed_again(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    made = await ask(platform, "1035", "p-1")
    page = await browser.open(f"/forfragningar/{made['id']}")
    key = page.form("Skicka igen").value("key")
    limited = JSONResponse({"code": "RATE_LIMITED", "status": 429}, 429, {"retry-after": "86000"})
    played.answers = {f"{REQUESTS}/{made['id']}/resend": limited}
    page = await browser.press("Skicka igen")
    assert browser.status == 429
    assert "Det går inte att skicka fler förfrågningar just nu" in page.words
    assert "Försök igen om 24 timmar." in page.words
    assert "sökningar" not in page.words
    assert page.form("Skicka igen").value("key") == key
    # Of anything else than searches, where no page has better words.
    played.answers = {f"{REQUESTS}/{made['id']}/cancel": limited}
    await browser.follow("Återta förfrågan")
    page = await browser.press("Återta förfrågan")
    assert "För mycket på kort tid" in page.headings


async def test_a_request_s_page_says_which_part_is_away(at: tuple[Browser, Outage]) -> None:
    browser, played = at
    played.away = ("/v1/link-requests",)
    page = await browser.open("/forfragningar?sok=ab")
    assert browser.status == 200
    assert "Förfrågningarna går inte att nå just nu" in page.words
    assert page.form("Visa").value("sok") == "ab"
    page = await browser.open("/forfragningar/01890000-0000-7000-8000-000000000000")
    assert browser.status == 503
    assert "Förfrågningarna går inte att nå just nu" in page.words
    assert page.link("Försök igen").href.startswith("/forfragningar/0189")


async def test_an_answer_of_another_shape_is_no_stack_trace(at: tuple[Browser, Outage]) -> None:
    browser, played = at
    played.answers = {CLIENTS: JSONResponse({"items": [{"name": 1}]})}
    page = await browser.open("/klienthanteraren")
    assert "Klientlistan går inte att nå just nu" in page.words


async def test_a_gateway_that_is_gone_is_a_page_that_says_so(platform: Platform) -> None:
    async with portal(platform, f"http://127.0.0.1:{free_port()}") as browser:
        page = await browser.be(OTHER_ADMIN)
        assert browser.status == 200
        assert "Klientlistan går inte att nå just nu" in page.words
        page = await browser.open(FIND)
        page = await browser.press("Sök", kind="tenant_id", identifier="1011")
        assert "Sökningen svarar inte just nu" in page.words


async def test_an_issuer_that_is_gone_is_a_page_that_says_so(platform: Platform) -> None:
    issuer = f"http://127.0.0.1:{free_port()}"
    about = {"portal_oidc_issuer": issuer, "portal_oidc_client_id": "x"}
    async with portal(platform, platform.url, **about) as browser:
        page = await browser.open("/logga-in/start")
        assert browser.status == 503
        assert "Det går inte att logga in just nu" in page.headings
