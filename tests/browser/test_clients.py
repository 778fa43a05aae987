"""A bureau's lists and a client of it, from the activation list to the end of its link."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.bureau import CONSULTANT, NEWCOMER, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.looks import looked_at
from tests.browser.window import window
from tests.support.platform import Platform

MANAGER, WAITING = "/klienthanteraren", "/klienthanteraren/att-aktivera"


async def test_who_begins_is_told_how(koppla: Platform, browser: Browser, pictures: Path) -> None:
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in(NEWCOMER)
        for path, name in (
            (MANAGER, "client-manager-none-yet"),
            (WAITING, "waiting-none"),
            ("/forfragningar", "requests-none"),
        ):
            await page.goto(koppla.url + path)
            assert await looked_at(page, name, pictures) == []


async def test_an_admin_activates(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R36-R39
    client, waiting = letters.client(), letters.client()
    await letters.activate(client, bookkeeping="write", payroll="read")
    await letters.link_up(waiting)
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in()
        assert await looked_at(page, "client-manager", pictures) == []
        await page.goto(f"{koppla.url}{MANAGER}?sok=finns+inte")
        assert await looked_at(page, "client-manager-none-found", pictures) == []
        await page.goto(f"{koppla.url}{MANAGER}?sok=%07")
        assert await looked_at(page, "client-manager-refused", pictures) == []
        await page.goto(koppla.url + WAITING)
        assert await looked_at(page, "waiting", pictures) == []
        await page.get_by_role("link", name=f"Aktivera {waiting['name']}").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Aktivera")
        assert await looked_at(page, "activate", pictures) == []
        await page.get_by_role("button", name="Aktivera klienten").click()
        await expect(page.get_by_role("main")).to_contain_text("Du har inte gett någon behörighet")
        assert await looked_at(page, "activate-nothing", pictures) == []
        cell = page.get_by_role("combobox", name=f"{CONSULTANT} Bokföring")
        # As of somebody who has left the bureau since.
        await cell.evaluate("cell => { cell.name = 'left:bookkeeping'; cell.value = 'w' }")
        await page.get_by_role("button", name="Aktivera klienten").click()
        await expect(page.get_by_role("main")).to_contain_text("hör inte längre till byrån")
        assert await looked_at(page, "activate-gone", pictures) == []
        await page.get_by_role("button", name="Aktivera klienten").click()
        await page.get_by_role("button", name="Aktivera utan behörigheter").click()
        await expect(page.get_by_role("status").first).to_contain_text("aktiverad")
        await page.goto(f"{koppla.url}/klienter/{waiting['tenant_id']}")
        await expect(page.get_by_role("main")).to_contain_text("Ingen på byrån kan logga in")
        assert await looked_at(page, "client-nobody", pictures) == []
        await page.goto(f"{koppla.url}/digital-byra")
        assert await looked_at(page, "digital-bureau", pictures) == []


async def test_presets_without_script_are_shown_before_they_count(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R39
    client = letters.client()
    await letters.link_up(client)
    async with window(browser, koppla.url) as desk:
        # Of pages without any script axe-core, which is one, could tell nothing.
        await desk.context.route("**/*.js", lambda route: route.fulfill(body=""))
        page = await Bureau(desk, Mouse()).sign_in()
        await page.goto(f"{koppla.url}/aktivera/{client['tenant_id']}")
        await page.get_by_role("combobox", name="Alla konsulter Lön").select_option("w")
        await page.get_by_role("button", name="Fyll i för alla").click()
        payroll = page.get_by_role("combobox", name=f"{CONSULTANT} Lön")
        await expect(payroll).to_have_value("w")
        assert await looked_at(page, "activate-filled", pictures) == []


async def test_a_client_and_the_end_of_its_link(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D8
    client, ended = letters.client(), letters.client()
    await letters.activate(client, bookkeeping="write", payroll="read")
    await letters.link_up(ended)
    await letters.end(ended)
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in()
        await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}")
        assert await looked_at(page, "client", pictures) == []
        await page.get_by_role("link", name="Ändra behörigheter").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Behörigheter hos")
        assert await looked_at(page, "permissions", pictures) == []
        await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}/avsluta")
        assert await looked_at(page, "end-link", pictures) == []
        await page.get_by_role("button", name="Avsluta kopplingen").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "end-link-errors", pictures) == []
        await page.goto(f"{koppla.url}/aktivera/{ended['tenant_id']}")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("är avslutad")
        assert await looked_at(page, "absent", pictures) == []


async def test_a_consultant_sees_her_own_and_signs_in(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R41, R44
    client, late, waiting = letters.client(), letters.client(), letters.client()
    await letters.activate(client, bookkeeping="write", payroll="read")
    await letters.activate(late, bookkeeping="write")
    await letters.link_up(waiting)
    async with window(browser, koppla.url) as desk:
        consultant = Bureau(desk, Mouse())
        page = await consultant.sign_in(CONSULTANT)
        assert await looked_at(page, "client-list-of-a-consultant", pictures) == []
        await letters.grant(late)
        await page.get_by_role("button", name=late["name"], exact=True).click()
        await expect(page.get_by_role("main")).to_contain_text("inte längre behörighet")
        assert await looked_at(page, "client-manager-no-right", pictures) == []
        await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}")
        assert await looked_at(page, "client-of-a-consultant", pictures) == []
        await page.goto(f"{koppla.url}/aktivera/{waiting['tenant_id']}")
        assert await looked_at(page, "activate-who", pictures) == []
        await page.goto(koppla.url + MANAGER)
        await consultant.log_in_at(page, client)
        assert await looked_at(page, "platform", pictures, once=True) == []
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("redan använd")
        assert await looked_at(page, "platform-spent", pictures) == []
