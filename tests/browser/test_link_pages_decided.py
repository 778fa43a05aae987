"""A request that was decided in some way, as the others who have its mail are told."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.letters import Client, Letters, deleted, imported
from tests.browser.link_page import answering, heading, said
from tests.browser.looks import looked_at
from tests.browser.window import PHONE, window
from tests.support.platform import Platform

GONE = "b-gone"


async def tells(page: Page, text: str, name: str, pictures: Path) -> None:
    """text: the key of the page's heading."""
    await expect(heading(page)).to_have_text(said(text))
    await expect(answering(page, "accept")).to_have_count(0)
    assert await looked_at(page, name, pictures) == []


async def test_another_has_declined(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R33, D1
    client = letters.client()
    await letters.ask(client)
    await letters.decline(client, "Vi har redan en byrå.")
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(await letters.link(client, 1))
        name = client["system_admins"][0]["name"]
        await expect(page.get_by_role("main")).to_contain_text(name)
        await tells(page, "page.declined_title", "link-declined-by-another", pictures)


async def test_a_paper_form_has_come_first(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D11
    client = letters.client()
    request_id = await letters.ask(client)
    link = await letters.link(client)
    await letters.register(client)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        text = "page.cancelled_paper_form_title"
        await tells(page, text, "link-cancelled-paper-form", pictures)
        # The mail about it has a link of its own, to the page of the link.
        page = await phone.open(await letters.link(client, mails=2))
        await expect(answering(page, "end")).to_have_count(1)
        assert await looked_at(page, "manage-paper-form", pictures) == []
    assert await letters.happened(request_id) == ["requested", "cancelled"]


async def test_the_bureau_is_gone(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D11
    asks, client = await of_a_bureau_of_its_own(koppla), letters.client()
    request_id = await asks.ask(client)
    link = await asks.link(client)
    await deleted(koppla, "bureaus", GONE)
    await asks.is_decided(request_id)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        text = "page.cancelled_bureau_deleted_title"
        await tells(page, text, "link-cancelled-bureau-deleted", pictures)


async def test_the_client_is_gone(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D11
    client: Client = letters.client()
    request_id = await letters.ask(client)
    link = await letters.link(client)
    await deleted(koppla, "clients", client["tenant_id"])
    await letters.is_decided(request_id)
    async with window(browser, koppla.url, **PHONE) as phone:
        page = await phone.open(link)
        text = "page.cancelled_client_deleted_title"
        await tells(page, text, "link-cancelled-client-deleted", pictures)


async def of_a_bureau_of_its_own(koppla: Platform) -> Letters:
    """One that no other test has, and that can go."""
    admin = {
        "user_id": f"{GONE}-admin",
        "name": "Örjan Ålander",
        "email": "orjan@kortlivad.example",
        "locale": "sv",
        "role": "bureau_admin",
    }
    bureau = {
        "bureau_id": GONE,
        "org_number": "559379-1816",
        "name": "Kortlivad Redovisning AB",
        "group": None,
        "multi_company_setup": False,
        "entry_points": ["client_manager"],
        "users": [admin],
    }
    await imported(koppla, "bureaus", bureau)
    asks = Letters(koppla, GONE)
    await asks.is_known()
    return asks
