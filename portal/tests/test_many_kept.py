"""What is chosen for a great many consultants, when it can't be sent at once: kept, or said to be
lost."""

from collections.abc import AsyncIterator, Sequence

import pytest

from contracts.fields import PROGRAMS
from koppla.demo_people import DirectoryDemo
from koppla.waiting import until
from portal import matrix
from portal.gateway.shapes import Consultant
from portal.sign_in.demo import DemoPerson
from portal.tests.browser import Browser
from portal.tests.conftest import bring_in
from portal.tests.linking import access, admin_of, linked
from portal.tests.test_matrix import users
from tests.support.outage import Outage, outage, portal_before
from tests.support.platform import Platform

BUREAU, ADMIN, ACTIVATE = "p-400", "Boel Många", "Aktivera klienten"
USERS = users(400)
PERSON = {"user_id": f"{BUREAU}-admin", "name": ADMIN, "email": "boel@mail.example"}


class Manager(DirectoryDemo):
    """The admin of the bureau."""

    def people(self) -> Sequence[DemoPerson]:
        about = {"sub": PERSON["user_id"], "name": ADMIN, "email": PERSON["email"]}
        roles = ("bureau_admin",)
        return [DemoPerson(**about, kind="bureau", roles=roles, bureau_id=BUREAU)]


@pytest.fixture(scope="module")
async def bureau(platform: Platform) -> None:
    others = [
        {"user_id": one.consultant_id, "name": one.name, "email": "k@mail.example"} for one in USERS
    ]
    record = {
        **{"bureau_id": BUREAU, "org_number": "556677-8899", "name": "Största Byrån AB"},
        **{"group": None, "multi_company_setup": False, "entry_points": ["client_manager"]},
        "users": [
            {**PERSON, "role": "bureau_admin"},
            *({**one, "role": "consultant"} for one in others),
        ],
    }
    await bring_in(platform, "bureaus", [record])
    async with admin_of(platform, BUREAU) as http:

        async def known() -> bool:
            consultants = await http.get("/v1/consultants")
            may = await http.get("/v1/eligibility", params={"tenant_id": "1166"})
            return (consultants.status_code, may.status_code) == (200, 200)

        await until(known, 60, what="the bureau to be known")


@pytest.fixture
async def at(platform: Platform, bureau: None) -> AsyncIterator[tuple[Browser, Outage]]:
    async with (
        outage(platform.url) as (played, gateway),
        portal_before(gateway, platform.data, Manager(platform.data)) as url,
        Browser(url) as browser,
    ):
        await browser.be(ADMIN)
        yield browser, played


def chosen(consultants: Sequence[Consultant]) -> str:
    """Something for each of them, as the form holds rows that the page does not show."""
    cells = {
        matrix.name(one.consultant_id, program): "rw"[(row + column) % 2]
        for row, one in enumerate(consultants)
        for column, program in enumerate(PROGRAMS)
    }
    return matrix.packed(cells, USERS)


def leave(browser: Browser) -> None:
    """The session is gone."""
    for name in list(browser.http.cookies):
        browser.http.cookies.delete(name)


async def test_choices_for_a_hundred_and_fifty_are_there_after_signing_in_again(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, _ = at
    await linked(platform, "1166", BUREAU)
    form = (await browser.open("/aktivera/1166")).form(ACTIVATE)
    shown = {matrix.consultant(name) for name, _ in form.fields if ":" in name}
    others = [one for one in USERS if one.consultant_id not in shown]
    leave(browser)
    page = await browser.press(ACTIVATE, kvar=chosen(others[:150]))
    assert browser.path == "/logga-in"
    assert "fick inte plats" not in page.words
    page = await browser.press(ADMIN)
    assert "150 har någon behörighet i dina val." in page.words
    await browser.press(ACTIVATE)
    assert len(await access(platform, "1166", BUREAU)) == 150


async def test_choices_that_are_too_many_to_be_kept_are_said_to_be_lost(
    at: tuple[Browser, Outage], platform: Platform
) -> None:
    browser, played = at
    await linked(platform, "1167", BUREAU)
    await browser.open("/aktivera/1167")
    form = browser.page.form(ACTIVATE)
    # With the service away the page stays, and a reload sends it again.
    played.away = ("/v1/activation-list",)
    page = await browser.press(ACTIVATE, form, kvar=chosen(USERS[10:]))
    assert browser.status == 503
    assert "Ingenting har gått förlorat" not in page.words
    assert "Det du valde fick inte plats att sparas." in page.words
    played.away = ()
    # Signed in anew in another tab.
    leave(browser)
    await browser.be(ADMIN)
    page = await browser.press(ACTIVATE, form, kvar=chosen(USERS[10:]))
    assert browser.path == "/aktivera/1167"
    assert "fick inte plats att sparas så länge: gör det igen" in page.words
    leave(browser)
    page = await browser.press(ACTIVATE, form, kvar=chosen(USERS[10:]))
    assert browser.path == "/logga-in"
    assert "Det du valde fick inte plats att sparas medan du loggar in." in page.words
