"""Kundtjänst as it is seen: look up, register a signed paper form, end a link."""

import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.bureau import SUPPORT, Bureau
from tests.browser.hands import Keyboard, Mouse
from tests.browser.letters import Client, Letters
from tests.browser.looks import looked_at
from tests.browser.window import window
from tests.support.platform import Platform

HOME, FORM = "/kundtjanst", "/kundtjanst/blankett"
SEVERAL = "556093-8762"
"""In the demo directory, of several databases."""
BY_TENANT, BY_BUREAU = "Klient, databas-ID", "Byrå: namn, organisationsnummer eller byrå-ID"
_CHOICES = {
    "form_kind": "link_client",
    "kind": "tenant_id",
    "signed": "yes",
    "signatory_role": "authorised_signatory",
}
_FIELDS = {
    "reference": "KT-2026-00417",
    "bureau": "b-1",
    "signed_by": "Åsa Öberg",
    "signed_on": "2026-03-25",
}


async def look_up(page: Page, kind: str, typed: str) -> None:
    await page.get_by_role("radio", name=kind).check()
    await page.get_by_role("textbox").fill(typed)
    await page.get_by_role("button", name="Sök", exact=True).click()
    await expect(page.locator("#traffar")).to_be_visible()


async def type_off(page: Page, client: Client, **other: str) -> None:
    """What is written on a form. other: fields that are otherwise."""
    for name, value in _CHOICES.items():
        await page.locator(f"#{name}-{value}").check()
    for name, text in {**_FIELDS, "identifier": client["tenant_id"], **other}.items():
        await page.locator(f"#{name}").fill(text)


async def check(page: Page) -> None:
    await page.get_by_role("button", name="Kontrollera", exact=True).click()


async def test_what_is_looked_up_is_shown(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # D9
    client = letters.client()
    await letters.activate(client, payroll="read")
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in(SUPPORT)
        assert await looked_at(page, "support", pictures) == []
        await page.get_by_role("button", name="Sök", exact=True).click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "support-errors", pictures) == []
        for kind, typed, name in (
            (BY_TENANT, "999999", "support-none"),
            ("Klient, organisationsnummer", SEVERAL, "support-clients"),
            (BY_BUREAU, "ekonomi", "support-bureaus"),
        ):
            await look_up(page, kind, typed)
            assert await looked_at(page, name, pictures) == []
        its = f"{koppla.url}{HOME}/klienter/{client['tenant_id']}"
        for address, name in (
            (f"{its}?visa=trail", "support-client-trail"),
            (f"{koppla.url}{HOME}/klienter/999999", "support-client-unknown"),
            (f"{koppla.url}{HOME}/byraer/b-1", "support-bureau"),
            (f"{its}?visa=requests", "support-client-requests"),
        ):
            await page.goto(address)
            assert await looked_at(page, name, pictures) == []
        await page.get_by_role("main").get_by_role("listitem").get_by_role("link").last.click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Förfrågan från")
        assert await looked_at(page, "support-request", pictures) == []
        await page.goto(its)
        assert await looked_at(page, "support-client-links", pictures) == []


async def test_a_form_is_checked_registered_and_its_link_ended(
    koppla: Platform, letters: Letters, browser: Browser, pictures: Path
) -> None:  # R4, R5, D8
    client = letters.client()
    async with window(browser, koppla.url) as desk:
        page = await Bureau(desk, Mouse()).sign_in(SUPPORT)
        await page.get_by_role("link", name="Registrera blankett").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(
            "Registrera en påskriven blankett"
        )
        assert await looked_at(page, "paper-form", pictures) == []
        await check(page)
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "paper-form-errors", pictures) == []
        # By keyboard: the summary has the focus, its links lead to what they are about.
        await expect(page.locator("#errors")).to_be_focused()
        missing = page.locator("#errors").get_by_role("link", name="Välj i vilken egenskap")
        await Keyboard().press(missing)
        await expect(page.locator("#signatory_role")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(page.locator("#signatory_role-authorised_signatory")).to_be_focused()
        wrong = {"identifier": "<b>", "signed_on": "25 mars", "signed_by": "www.x.example"}
        await type_off(page, client, bureau="finns inte alls", reference="a\u202eb", **wrong)
        await check(page)
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator("#signed_on")).to_have_value("25 mars")
        assert await looked_at(page, "paper-form-wrong", pictures) == []
        await type_off(page, client, bureau="ekonomi", identifier=SEVERAL)
        await page.locator("#kind-org_number").check()
        await check(page)
        await expect(page.get_by_role("alert")).to_contain_text("Välj vilken byrå det är.")
        assert await looked_at(page, "paper-form-choose", pictures) == []
        await page.goto(koppla.url + FORM)
        await type_off(page, client)
        await page.locator("#signed-no").check()
        await check(page)
        await expect(page.get_by_role("main")).to_contain_text("utan påskrift")
        assert await looked_at(page, "paper-form-unsigned", pictures) == []
        await page.locator("#signed-yes").check()
        await check(page)
        register = page.get_by_role("button", name="Registrera och koppla")
        await expect(register).to_be_visible()
        assert await looked_at(page, "paper-check", pictures) == []
        await register.click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "paper-check-unconfirmed", pictures) == []
        await page.get_by_role("checkbox").check()
        await register.click()
        await expect(page).to_have_url(re.compile(rf"{HOME}/kopplingar/[0-9a-f-]+$"))
        assert await looked_at(page, "support-link", pictures) == []
        link = page.url
        await page.goto(koppla.url + FORM)
        await type_off(page, client)
        await check(page)
        await expect(page.get_by_role("main")).to_contain_text("redan kopplad")
        assert await looked_at(page, "paper-check-linked", pictures) == []
        await page.goto(f"{link}/avsluta")
        assert await looked_at(page, "support-end-link", pictures) == []
        end = page.get_by_role("button", name="Avsluta kopplingen")
        await end.click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await looked_at(page, "support-end-link-errors", pictures) == []
        await page.get_by_role("textbox").fill("Klienten bad om det i brev.")
        await page.get_by_role("checkbox").check()
        await end.click()
        await expect(page).to_have_url(link)
        assert await looked_at(page, "support-link-ended", pictures) == []
