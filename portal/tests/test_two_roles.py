"""Somebody who is an admin of a bureau and an agent of customer service: each page is one or the
other's."""

from collections.abc import AsyncIterator, Sequence

import pytest

from koppla.demo_people import DirectoryDemo
from portal.sign_in.demo import DemoPerson
from portal.tests.browser import Browser
from portal.tests.linking import activated, end
from portal.tests.test_requests_pages import ask
from portal.tests.test_support import links
from tests.support.outage import portal_before
from tests.support.platform import Platform

BOTH = "Dora Dubbel"


class Both(DirectoryDemo):
    def people(self) -> Sequence[DemoPerson]:
        about = {"sub": "p-7-admin", "name": BOTH, "email": "dora@mail.example"}
        roles = ("bureau_admin", "support_agent")
        return [DemoPerson(**about, kind="bureau", roles=roles, bureau_id="p-7")]


@pytest.fixture
async def at(platform: Platform) -> AsyncIterator[Browser]:
    demo = Both(platform.data)
    async with portal_before(platform.url, platform.data, demo=demo) as url, Browser(url) as one:
        await one.be(BOTH)
        yield one


async def test_a_bureau_s_pages_show_its_own_links_and_end_no_other(
    at: Browser, platform: Platform
) -> None:  # R43, D8
    own = await activated(platform, "1021", "p-7")
    other = await activated(platform, "1021", "p-2")
    page = await at.open("/klienter/1021")
    assert page.words.count("Kopplad med blankett") == 1
    page = await at.open("/klienter/1021/avsluta")
    form = page.form("Avsluta kopplingen")
    assert (form.value("link"), form.action) == (own["id"], "/klienter/1021/avsluta")
    assert "Sydbyrån" not in page.words
    await at.press("Avsluta kopplingen", form, link=other["id"], confirm="yes")
    assert at.status == 404
    await at.press("Avsluta kopplingen", form, confirm="yes")
    assert {one["bureau_id"]: one["status"] for one in await links(platform, "1021")} == {
        "p-7": "ended",
        "p-2": "active",
    }
    # As an agent she may end the other's, from the other page, and says why.
    page = await at.open(f"/kundtjanst/kopplingar/{other['id']}/avsluta")
    page = await at.press("Avsluta kopplingen", confirm="yes")
    assert (at.status, "Sydbyrån AB (p-2)" in page.words) == (422, True)
    await at.press("Avsluta kopplingen", reason="Fel klient.", confirm="yes")
    assert at.path == f"/kundtjanst/kopplingar/{other['id']}"


async def test_a_bureau_s_pages_show_its_own_requests(at: Browser, platform: Platform) -> None:
    made = await ask(platform, "1022")
    page = await at.open("/forfragningar?sok=1022")
    assert "Ingen förfrågan stämmer med det du söker" in page.headings
    for path in ("", "/lage", "/aterkalla"):
        await at.open(f"/forfragningar/{made['id']}{path}")
        assert at.status == 404
    guard = page.form("Logga ut").value("csrf")
    for act in ("aterkalla", "skicka-igen"):
        path = f"/forfragningar/{made['id']}"
        answer = await at.post(f"{path}/{act}", [("csrf", guard), ("step", path)])
        assert answer.status_code == 404
    await at.open("/klienthanteraren/koppla-klient")
    page = await at.press("Sök", kind="tenant_id", identifier="1022")
    assert page.form("Skicka förfrågan")
    page = await at.open(f"/kundtjanst/forfragningar/{made['id']}")
    assert "Väntar på svar" in page.words


async def test_a_client_that_only_another_bureau_has_had_is_not_there(
    at: Browser, platform: Platform
) -> None:
    await end(platform, await activated(platform, "1023", "p-2"))
    await at.open("/klienter/1023")
    assert at.status == 404
