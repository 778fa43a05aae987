"""What was searched for or typed off, sealed in addresses: for one person, and one kind of page."""

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.tests.browser import Browser
from portal.tests.people import ADMIN, CLIENTS, OTHER_ADMIN, SUPPORT
from portal.tests.test_support import CHECK, form
from tests.support.platform import Platform

FIND, LOOK_UP = "/klienthanteraren/koppla-klient", "/kundtjanst"
PAPER = f"{LOOK_UP}/blankett"
NUMBER = CLIENTS[0]["org_number"]


def address(browser: Browser) -> str:
    assert browser.answer is not None
    return browser.answer.url.raw_path.decode()


async def test_the_next_one_at_a_browser_does_not_see_what_was_searched_for(
    browser: Browser,
) -> None:
    await browser.be(ADMIN)
    await browser.open(FIND)
    page = await browser.press("Sök", kind="org_number", identifier=NUMBER)
    where = address(browser)
    assert page.form("Sök").value("identifier") == NUMBER
    await browser.press("Logga ut")
    await browser.open(where)
    page = await browser.press(OTHER_ADMIN)
    assert address(browser) == where
    assert NUMBER not in page.html
    assert page.form("Sök").value("identifier") == ""
    # Whose search it was has it still.
    await browser.press("Logga ut")
    await browser.be(ADMIN)
    page = await browser.open(where)
    assert page.form("Sök").value("identifier") == NUMBER


@pytest.fixture
async def addresses(browser: Browser, platform: Platform) -> dict[str, str]:
    """By page, what was sealed for it; all by the same agent, who is no bureau's."""
    await browser.be(SUPPORT)
    await browser.open(LOOK_UP)
    await browser.press("Sök", kind="tenant_id", identifier="1001")
    look_up = parse_qs(urlsplit(address(browser)).query)["sokning"][0]
    await browser.open(PAPER)
    await browser.press(CHECK, **form("1168"))
    paper = parse_qs(urlsplit(address(browser)).query)["blankett"][0]
    return {"look_up": look_up, "paper": paper}


async def test_what_was_sealed_for_another_kind_of_page_is_not_given(
    browser: Browser, addresses: dict[str, str]
) -> None:
    page = await browser.open(f"{LOOK_UP}?sokning={addresses['paper']}")
    assert browser.status == 200
    assert page.form("Sök").value("identifier") == ""
    await browser.open(f"{PAPER}/kontrollera?blankett={addresses['look_up']}")
    assert (browser.status, browser.path) == (200, PAPER)
    await browser.press("Logga ut")
    await browser.be(ADMIN)
    for sealed in addresses.values():
        page = await browser.open(f"{FIND}?sokning={sealed}")
        assert browser.status == 200
        assert page.form("Sök").value("identifier") == ""
