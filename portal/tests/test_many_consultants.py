"""A bureau with two hundred consultants: pages that stay small, and choices that stay chosen."""

from collections.abc import AsyncIterator, Sequence

import pytest

from koppla.demo_people import DirectoryDemo
from koppla.waiting import until
from portal.sign_in.demo import DemoPerson
from portal.tests.browser import Browser
from portal.tests.conftest import bring_in
from portal.tests.linking import access, activated, admin_of, linked
from portal.tests.page import Form
from tests.support.outage import portal_before
from tests.support.platform import Platform

BUREAU, ADMIN = "p-200", "Boel Många"
MOST_BYTES = 50_000
USERS = [
    {
        "user_id": f"p-200-{place:03}",
        "name": f"Konsult {place:03}",
        "email": f"k{place}@mail.example",
        "role": "consultant",
    }
    for place in range(1, 200)
]
SAVE, ACTIVATE, NEXT, FIND = "Spara behörigheterna", "Aktivera klienten", "Nästa sida", "Sök"


class Manager(DirectoryDemo):
    """Also the admin of the bureau."""

    def people(self) -> Sequence[DemoPerson]:
        about = {"sub": f"{BUREAU}-admin", "name": ADMIN, "email": "boel@mail.example"}
        roles = ("bureau_admin",)
        return [DemoPerson(**about, kind="bureau", roles=roles, bureau_id=BUREAU)]


@pytest.fixture(scope="module")
async def bureau(platform: Platform) -> None:
    admin = {
        **{"user_id": f"{BUREAU}-admin", "name": ADMIN, "email": "boel@mail.example"},
        "role": "bureau_admin",
    }
    record = {
        **{"bureau_id": BUREAU, "org_number": "556677-8899", "name": "Stora Byrån AB"},
        **{"group": None, "multi_company_setup": False},
        "entry_points": ["client_manager"],
        "users": [admin, *USERS],
    }
    await bring_in(platform, "bureaus", [record])
    async with admin_of(platform, BUREAU) as http:

        async def known() -> bool:
            consultants = await http.get("/v1/consultants")
            may = await http.get("/v1/eligibility", params={"tenant_id": "1140"})
            return (consultants.status_code, may.status_code) == (200, 200)

        await until(known, 60, what="the bureau to be known")


@pytest.fixture
async def at(platform: Platform, bureau: None) -> AsyncIterator[Browser]:
    async with (
        portal_before(platform.url, platform.data, Manager(platform.data)) as url,
        Browser(url) as browser,
    ):
        await browser.be(ADMIN)
        yield browser


async def weight(browser: Browser) -> int:
    """Of the page with its style sheet and script."""
    assert browser.answer is not None
    html = browser.answer.text
    parts = {part for part in html.split('"') if part.startswith("/static/")}
    assert len(parts) == 2
    files = [await browser.http.get(part) for part in parts]
    return len(html.encode()) + sum(len(one.content) for one in files)


def cells(form: Form) -> list[str]:
    return [name for name, _ in form.fields if ":" in name]


async def test_permissions_of_two_hundred_are_a_part_at_a_time(
    at: Browser, platform: Platform
) -> None:  # R39
    given = {one["user_id"].replace("-", "_"): {"payroll": "write"} for one in USERS}
    await activated(platform, "1140", BUREAU, **given)
    page = await at.open("/klienter/1140")
    assert "Visa alla 199" in page.words
    assert await weight(at) < MOST_BYTES
    page = await at.open("/klienter/1140/behorigheter?lang=en")
    assert await weight(at) < MOST_BYTES
    page = await at.open("/klienter/1140/behorigheter?lang=sv")
    assert "av 200 konsulter" in page.words
    assert len(cells(page.form(SAVE))) == 10 * 5
    changed = cells(page.form(SAVE))[-1].partition(":")[0]
    page = await at.press(NEXT, **{f"{changed}:documents": "r"})
    assert await weight(at) < MOST_BYTES
    assert f"{changed}:documents" not in cells(page.form(SAVE))
    page = await at.press(FIND, namn="konsult 150")
    assert len(cells(page.form(SAVE))) == 5
    page = await at.press(SAVE, **{"p-200-150:payroll": ""})
    assert "Behörigheterna är sparade." in page.words
    now = await access(platform, "1140", BUREAU)
    assert len(now) == 198
    assert "p-200-150" not in now
    assert now[changed].get("documents") == "read"
    assert now["p-200-199"] == {"payroll": "write"}


async def test_fill_in_with_no_choice_names_the_row_of_a_table_in_parts(
    at: Browser, platform: Platform
) -> None:
    await linked(platform, "1160", BUREAU)
    await at.open("/aktivera/1160")
    page = await at.press("Fyll i för alla på sidan")
    assert "Välj först under Alla på sidan eller Alla program." in page.words


async def test_a_colleague_s_change_of_a_row_that_is_not_shown_is_told(
    at: Browser, platform: Platform
) -> None:
    await activated(platform, "1141", BUREAU, p_200_180={"payroll": "write"})
    await at.open("/klienter/1141/behorigheter")
    page = await at.press(FIND, namn="konsult 180")
    page = await at.press(FIND, namn="konsult 001", **{"p-200-180:documents": "w"})
    theirs = {"permissions": [{"program": "payroll", "access": "read"}]}
    async with admin_of(platform, BUREAU) as http:
        answer = await http.put("/v1/clients/1141/consultants/p-200-180", json=theirs)
        assert answer.status_code == 200
    page = await at.press(SAVE)
    assert at.status == 409
    assert "Raderna för Konsult 180" in page.words
    assert (await access(platform, "1141", BUREAU))["p-200-180"] == {"payroll": "read"}


async def test_a_client_is_activated_with_what_was_chosen_on_several_parts(
    at: Browser, platform: Platform
) -> None:  # R38
    await linked(platform, "1142", BUREAU)
    page = await at.open("/aktivera/1142")
    assert await weight(at) < MOST_BYTES
    first = cells(page.form(ACTIVATE))[0].partition(":")[0]
    page = await at.press(NEXT, **{f"{first}:payroll": "w"})
    second = cells(page.form(ACTIVATE))[0].partition(":")[0]
    page = await at.press(FIND, namn="finns inte", **{f"{second}:payroll": "r"})
    assert "Ingen konsult heter så" in page.words
    page = await at.press(ACTIVATE)
    assert "Klienten är aktiverad" in page.words
    expected = {first: {"payroll": "write"}, second: {"payroll": "read"}}
    assert await access(platform, "1142", BUREAU) == expected
