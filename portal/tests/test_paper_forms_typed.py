"""Paper forms as agents type them: pasted from elsewhere, and one after the other."""

from portal.tests.browser import Browser
from portal.tests.people import client
from portal.tests.test_support import CHECK, REGISTER, links, look_up, write
from tests.support.platform import Platform


async def test_cells_of_a_spreadsheet_are_words_with_blanks_between(
    browser: Browser, platform: Platform
) -> None:
    pasted = {"bureau": "Östbyrån\tAB", "signed_by": "Åsa\tÖberg", "reference": " KT\n\n 3\t"}
    page = await write(browser, "1034", **pasted)
    assert browser.path == "/kundtjanst/blankett/kontrollera"
    assert "Åsa Öberg" in page.words
    await browser.press(REGISTER, confirm="yes")
    [made] = await links(platform, "1034")
    assert (made["paper_form"]["signed_by"], made["paper_form"]["reference"]) == (
        "Åsa Öberg",
        "KT 3",
    )
    page = await look_up(browser, "bureau", "Östbyrån\tAB\n")
    assert page.link("Östbyrån AB")


async def test_cells_that_are_no_number_are_named_and_all_else_is_kept(browser: Browser) -> None:
    number, told = client("1034")["org_number"], "Ett organisationsnummer är tio siffror"
    page = await write(browser, f"{number}\t{number}", kind="org_number")
    assert browser.status == 422
    assert "#identifier" in [one.href for one in page.links if told in one.words]
    assert dict(page.form(CHECK).fields)["reference"] == "KT-2026-00417"


async def test_the_next_form_is_registered_by_changing_the_one_before(
    browser: Browser, platform: Platform
) -> None:
    await write(browser, "1030")
    assert browser.answer is not None
    check = str(browser.answer.url).removeprefix(browser.url)
    await browser.press(REGISTER, confirm="yes")
    page = await browser.open(check)
    assert "Klienten är redan kopplad till byrån" in page.words
    page = await browser.follow("Ändra uppgifterna")
    # The client of before is no choice of this one's.
    await browser.press(CHECK, identifier="1031", reference="KT-2")
    page = await browser.press(REGISTER, confirm="yes")
    assert "Blanketten är registrerad" in page.words
    for tenant_id in ("1030", "1031"):
        assert len(await links(platform, tenant_id)) == 1
