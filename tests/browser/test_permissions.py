"""Consultants × programs in a browser: presets when asked for, no control under the buttons."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from koppla.waiting import until
from tests.browser.bureau import CONSULTANT, Bureau
from tests.browser.hands import Keyboard, Mouse
from tests.browser.letters import Letters, imported
from tests.browser.looks import looked_at
from tests.browser.played import BIG, MANY, played
from tests.browser.window import window
from tests.support.platform import Platform

ALL, FILL = "Alla konsulter", "Fyll i för alla"
UNDER = """e => {
  const box = e.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return top !== e && !e.contains(top);
}"""


async def table(desk: Bureau, letters: Letters) -> Page:
    client = letters.client()
    await letters.link_up(client)
    page = await desk.sign_in()
    await page.goto(f"{letters.koppla.url}/aktivera/{client['tenant_id']}")
    return page


def named(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


async def test_a_preset_fills_its_row_and_its_column_when_the_button_is_pressed(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    async with window(browser, koppla.url) as at:
        page = await table(Bureau(at, Mouse()), letters)
        await named(page, f"{ALL} Lön").select_option("w")
        assert await _values(page, ":") == {""}
        await page.get_by_role("button", name=FILL).click()
        assert await _values(page, ":payroll") == {"w"}
        assert await _values(page, ":documents") == {""}
        await expect(_said(page)).to_contain_text(f"Ifyllt: {ALL}, Lön: Skriva. Kontrollera")
        # A row's preset goes before the column's, and that before the one for all.
        await named(page, f"{ALL} Alla program").select_option("w")
        await named(page, f"{CONSULTANT} Alla program").select_option("r")
        await page.get_by_role("button", name=FILL).click()
        await expect(named(page, f"{CONSULTANT} Dokument")).to_have_value("r")
        await expect(named(page, f"{CONSULTANT} Lön")).to_have_value("r")
        assert await _values(page, ":documents") == {"r", "w"}
        await named(page, f"{ALL} Alla program").select_option("n")
        await page.get_by_role("button", name=FILL).click()
        assert await _values(page, ":") == {""}
        await page.get_by_role("button", name=FILL).click()
        await expect(_said(page)).to_contain_text("Det fanns inget att fylla i")


async def test_an_arrow_on_a_preset_changes_no_permission_and_reaches_every_option(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    async with window(browser, koppla.url) as at:
        page = await table(Bureau(at, Keyboard()), letters)
        await named(page, f"{CONSULTANT} Lön").select_option("w")
        for name in (f"{CONSULTANT} Alla program", f"{ALL} Alla program"):
            preset = named(page, name)
            await preset.focus()
            for value in ("r", "w", "n"):
                await page.keyboard.press("ArrowDown")
                await expect(preset).to_have_value(value)
                await expect(named(page, f"{CONSULTANT} Lön")).to_have_value("w")
                assert await _values(page, ":documents") == {""}


def _said(page: Page) -> Locator:
    return page.locator("[data-filled]")


async def _values(page: Page, part: str) -> set[str]:
    found = await page.locator(f"select[name*='{part}']").evaluate_all(
        "all => all.map(e => e.value)"
    )
    return set(found)


@pytest.mark.parametrize("width", [320, 768, 1440])
async def test_what_has_the_focus_is_under_nothing(
    koppla: Platform, letters: Letters, browser: Browser, width: int
) -> None:
    async with window(browser, koppla.url) as at:
        page = await table(Bureau(at, Mouse()), letters)
        await page.set_viewport_size({"width": width, "height": 480})
        await page.locator("select").first.focus()
        for key in ("Tab", "Shift+Tab"):
            for _ in range(await page.locator("select").count() - 1):
                await page.keyboard.press(key)
                focused = page.locator("select:focus")
                assert not await focused.evaluate(UNDER), await focused.get_attribute("name")


async def test_two_admins_at_once_are_told_of_each_other(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R39
    client = letters.client()
    await letters.activate(client, bookkeeping="read")
    async with window(browser, koppla.url) as at, window(browser, koppla.url) as other:
        pages = []
        for one in (at, other):
            page = await Bureau(one, Mouse()).sign_in()
            await page.goto(f"{koppla.url}/klienter/{client['tenant_id']}/behorigheter")
            pages.append(page)
        mine, theirs = pages
        await named(mine, f"{CONSULTANT} Lön").select_option("w")
        await named(theirs, f"{CONSULTANT} Bokföring").select_option("w")
        save = "Spara behörigheterna"
        await theirs.get_by_role("button", name=save).click()
        await expect(theirs.get_by_role("status").first).to_contain_text("sparade")
        await mine.get_by_role("button", name=save).click()
        await expect(mine.get_by_role("status").first).to_contain_text("En kollega har ändrat")
        # As the colleague made it, and nothing is saved before it is looked at.
        await expect(named(mine, f"{CONSULTANT} Bokföring")).to_have_value("w")
        await expect(named(mine, f"{CONSULTANT} Lön")).to_have_value("")
        assert await looked_at(mine, "permissions-conflict", pictures) == []
        await named(mine, f"{CONSULTANT} Lön").select_option("w")
        await mine.get_by_role("button", name=save).click()
        await expect(mine.get_by_role("status").first).to_contain_text("sparade")


async def test_many_consultants_are_chosen_among_by_name(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R39
    await imported(koppla, "bureaus", _big())
    big, client = Letters(koppla, BIG), letters.client()
    async with koppla.client(f"{BIG}-admin", "bureau_admin", bureau_id=BIG) as http:

        async def known() -> bool:
            answers = [await http.get("/v1/eligibility"), await http.get("/v1/consultants")]
            return [one.status_code for one in answers] == [200, 200]

        await until(known, 120, what="the bureau")
    await big.link_up(client)
    async with played(koppla) as portal, window(browser, portal.url) as at:
        page = await Bureau(at, Mouse()).sign_in(MANY)
        await page.goto(f"{portal.url}/aktivera/{client['tenant_id']}")
        await named(page, "Konsult 02 Lön").select_option("w")
        await page.get_by_role("button", name="Nästa sida").click()
        await named(page, "Alla på sidan Dokument").select_option("r")
        await page.get_by_role("button", name=f"{FILL} på sidan").click()
        await expect(named(page, "Konsult 12 Dokument")).to_have_value("r")
        assert await looked_at(page, "activate-part", pictures) == []
        await page.get_by_role("searchbox").fill("finns inte")
        # Enter looks for the name, and activates nothing.
        await page.get_by_role("searchbox").press("Enter")
        await expect(page.get_by_role("main")).to_contain_text("Ingen konsult heter så")
        assert await looked_at(page, "activate-part-none", pictures) == []
        await page.get_by_role("searchbox").fill("konsult 02")
        await page.get_by_role("searchbox").press("Enter")
        await expect(named(page, "Konsult 02 Lön")).to_have_value("w")


def _big() -> dict[str, object]:
    admin = {"user_id": f"{BIG}-admin", "name": MANY, "role": "bureau_admin"}
    others = [
        {"user_id": f"{BIG}-{place}", "name": f"Konsult {place:02}", "role": "consultant"}
        for place in range(1, 31)
    ]
    return {
        **{"bureau_id": BIG, "org_number": "556677-8899", "name": "Stora Byrån AB"},
        **{"group": None, "multi_company_setup": False, "entry_points": ["client_manager"]},
        "users": [{**one, "email": "a@mail.example"} for one in (admin, *others)],
    }
