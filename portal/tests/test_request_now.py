"""What a request's page says of its client: what is so now, and not what was so once."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from koppla.demo_people import DirectoryDemo
from koppla.waiting import until
from portal.sign_in.demo import DemoPerson
from portal.tests.browser import Browser
from portal.tests.conftest import bring_in
from portal.tests.linking import admin_of, end, linked
from portal.tests.people import OTHER_ADMIN
from portal.tests.test_away import portal
from portal.tests.test_requests_pages import accept, ask
from tests.support.outage import outage, portal_before
from tests.support.platform import Platform

WAITING = "Klienten finns bland klienterna att aktivera."
ACTIVATED = "Klienten är aktiverad och finns i klientlistan."
ENDED = "Kopplingen till klienten är avslutad."
ASK = "Skicka en ny förfrågan från Koppla klient"
LATER = "Sena Kedja"


async def cancel(platform: Platform, request: dict[str, Any]) -> None:
    async with admin_of(platform, request["bureau_id"]) as http:
        answer = await http.post(f"/v1/link-requests/{request['id']}/cancel")
        assert answer.status_code == 200, answer.text


async def test_an_accepted_request_says_how_it_stands_with_the_link_now(
    browser: Browser, platform: Platform
) -> None:
    made = await ask(platform, "1024")
    await accept(platform, "1024")
    await browser.be(OTHER_ADMIN)
    path = f"/forfragningar/{made['id']}"
    page = await browser.open(path)
    assert page.link(WAITING).href == "/aktivera/1024"
    async with admin_of(platform, "p-2") as http:

        async def is_activated() -> bool:
            answer = await http.post("/v1/activation-list/1024/activate", json={"grants": []})
            return bool(answer.status_code == 200)

        await until(is_activated, 60, what="the client to be activated")
        [link] = (await http.get("/v1/links", params={"tenant_id": "1024"})).json()["items"]
    page = await browser.open(path)
    assert page.link(ACTIVATED).href == "/klienter/1024"
    assert WAITING not in page.words
    await end(platform, link)
    page = await browser.open(path)
    assert ENDED in page.words
    assert ACTIVATED not in page.words
    assert page.link(ASK).href == "/klienthanteraren/koppla-klient"
    # And so does the page that is there instead of the client's.
    page = await browser.open("/klienter/1024")
    assert browser.status == 410
    assert page.link(ASK).href == "/klienthanteraren/koppla-klient"
    newer = await ask(platform, "1024")
    for one in (path, "/klienter/1024"):
        page = await browser.open(one)
        waits = page.link("En annan förfrågan till klienten väntar på svar.")
        assert waits.href == f"/forfragningar/{newer['id']}"
        assert ASK not in page.words


async def test_a_request_that_was_taken_back_says_what_may_be_done_now(
    browser: Browser, platform: Platform
) -> None:
    made = await ask(platform, "1025")
    await cancel(platform, made)
    await browser.be(OTHER_ADMIN)
    path = f"/forfragningar/{made['id']}"
    page = await browser.open(path)
    assert page.link(ASK)
    newer = await ask(platform, "1025")
    page = await browser.open(path)
    waits = page.link("En annan förfrågan till klienten väntar på svar.")
    assert waits.href == f"/forfragningar/{newer['id']}"
    assert "Koppla klient" not in page.html
    await linked(platform, "1025", "p-2")
    page = await browser.open(path)
    assert page.link(WAITING).href == "/aktivera/1025"
    assert "Koppla klient" not in page.html


async def test_what_can_t_be_known_is_not_claimed(browser: Browser, platform: Platform) -> None:
    accepted, cancelled = await ask(platform, "1026"), await ask(platform, "1027")
    await accept(platform, "1026")
    await cancel(platform, cancelled)
    async with outage(platform.url) as (played, gateway), portal(platform, gateway) as one:
        await one.be(OTHER_ADMIN)
        for away in ("/v1/links", "/v1/clients"):
            played.away = (away, "/v1/eligibility")
            page = await one.open(f"/forfragningar/{accepted['id']}")
            assert "Om klienten är aktiverad går inte att visa just nu." in page.words
            for claimed in (WAITING, ACTIVATED, ENDED):
                assert claimed not in page.words
        page = await one.open(f"/forfragningar/{cancelled['id']}")
        assert "Om en ny förfrågan kan skickas går inte att visa just nu." in page.words
        assert "Koppla klient" not in page.html


class Later(DirectoryDemo):
    """The admin of a bureau that is excluded in the middle of it."""

    def people(self) -> Sequence[DemoPerson]:
        about = {"sub": "p-8-admin", "name": LATER, "email": "sena@mail.example"}
        roles = ("bureau_admin",)
        return [DemoPerson(**about, kind="bureau", roles=roles, bureau_id="p-8")]


@pytest.fixture
async def later(platform: Platform) -> AsyncIterator[Browser]:
    demo = Later(platform.data)
    async with portal_before(platform.url, platform.data, demo=demo) as url, Browser(url) as one:
        yield one


async def group(platform: Platform, name: str | None) -> None:
    """Of the bureau, told to every service."""
    user = {"user_id": "p-8-admin", "name": LATER, "email": "sena@mail.example"}
    about = {"bureau_id": "p-8", "org_number": "556677-8899", "name": "Senare Kedjan AB"}
    bureau = {
        **{**about, "group": name, "multi_company_setup": False},
        **{"entry_points": ["client_manager"], "users": [{**user, "role": "bureau_admin"}]},
    }
    await bring_in(platform, "bureaus", [bureau])
    async with admin_of(platform, "p-8") as http:

        async def told() -> bool:
            answer = await http.get("/v1/eligibility")
            lists = await http.get("/v1/clients")
            is_known = (answer.status_code, lists.status_code) == (200, 200)
            return is_known and answer.json()["eligible"] == (name is None)

        await until(told, 60, what="the bureau's group")


async def test_an_excluded_bureau_is_led_to_the_forms_and_can_t_send_again(
    later: Browser, platform: Platform
) -> None:  # R11, R14, D11
    await group(platform, None)
    await later.be(LATER)
    async with admin_of(platform, "p-8") as http:
        bodies = [{"tenant_id": one, "entry_point": "client_manager"} for one in ("1028", "1029")]
        gone, waits = [(await http.post("/v1/link-requests", json=one)).json() for one in bodies]
    await cancel(platform, gone)
    page = await later.open(f"/forfragningar/{waits['id']}")
    assert page.form("Skicka igen")
    await group(platform, "KPMG")
    page = await later.open(f"/forfragningar/{gone['id']}")
    assert "Den digitala vägen är inte öppen för byrån." in page.words
    assert page.link("Till blanketterna").href == "/blanketter"
    assert "Koppla klient" not in page.html
    page = await later.open(f"/forfragningar/{waits['id']}")
    assert "Skicka igen" not in page.html
    assert "kan fortfarande besvaras" in page.words
    assert page.link("Till blanketterna").href == "/blanketter"
    assert page.link("Återta förfrågan")
    assert "Koppla klient" not in page.html
