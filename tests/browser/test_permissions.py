"""Consultants × programs in a browser: presets at once, and no control under the bar of buttons."""

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.bureau import CONSULTANT, Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.window import window
from tests.support.platform import Platform

ALL = "Alla konsulter"
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


async def test_a_preset_fills_its_row_and_its_column_at_once(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    async with window(browser, koppla.url) as at:
        page = await table(Bureau(at, Mouse()), letters)
        # With script nobody needs the button that fills in.
        await expect(page.get_by_role("button", name="Fyll i för alla")).to_have_count(0)
        await named(page, f"{ALL} Lön").select_option("w")
        assert await _values(page, ":payroll") == {"w"}
        assert await _values(page, ":documents") == {""}
        await named(page, f"{CONSULTANT} Alla program").select_option("r")
        await expect(named(page, f"{CONSULTANT} Dokument")).to_have_value("r")
        await expect(named(page, f"{CONSULTANT} Lön")).to_have_value("r")
        await named(page, f"{ALL} Alla program").select_option("n")
        assert await _values(page, ":") == {""}


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
