"""Parts of a page that follow what happens: when they can't any more, they say so and stop."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from starlette.responses import JSONResponse

from tests.browser.bureau import Bureau
from tests.browser.hands import Mouse
from tests.browser.letters import Letters
from tests.browser.played import Played, played
from tests.browser.window import Window, window
from tests.support.platform import Platform

FORBIDDEN = JSONResponse({"code": "FORBIDDEN", "status": 403}, 403)


@pytest.fixture
async def at(koppla: Platform) -> AsyncIterator[Played]:
    async with played(koppla) as portal:
        yield portal


@pytest.fixture
async def desk(at: Played, browser: Browser) -> AsyncIterator[Window]:
    async with window(browser, at.url) as one:
        yield one
        # What a browser says of its own network is no mistake of the page.
        one.wrong = [each for each in one.wrong if "ERR_INTERNET_DISCONNECTED" not in each]


async def told(page: Page, text: str) -> None:
    await expect(page.locator("#count")).to_contain_text(text)
    await expect(page.locator("#results")).to_be_empty()


async def test_a_search_as_you_type_that_gets_no_answer_shows_no_other_one_s(
    at: Played, desk: Window, letters: Letters
) -> None:
    client = letters.client()
    await letters.activate(client, bookkeeping="read")
    page = await Bureau(desk, Mouse()).sign_in()
    # A key before the script is there is the button's to answer.
    await page.wait_for_load_state()
    field, rows = page.get_by_role("searchbox"), page.locator("#results li")
    at.gateway.answers = {"/v1/clients": FORBIDDEN}
    await field.press_sequentially("z")
    await told(page, "Sidan kunde inte uppdateras.")
    at.gateway.answers = {"/v1/clients": JSONResponse({"code": "RATE_LIMITED"}, 429)}
    await field.press_sequentially("z")
    await told(page, "Sökningen svarar inte just nu.")
    at.gateway.answers = {}
    await desk.context.set_offline(True)
    await field.press_sequentially("z")
    await told(page, "Sökningen svarar inte just nu.")
    await desk.context.set_offline(False)
    # It goes on by itself with the next key, and what can't be searched for is said too.
    await field.fill(client["tenant_id"])
    await expect(rows).to_have_count(1)
    await field.evaluate("one => { one.maxLength = 400; }")
    await field.fill("z" * 300)
    await told(page, "högst 200 tecken")
    await desk.context.clear_cookies(name="koppla")
    await field.fill("zz")
    await told(page, "Du är inte inloggad längre.")
    await page.reload()
    await expect(page.get_by_role("main")).to_contain_text("Logga in för att fortsätta")


async def test_a_request_that_can_t_be_followed_any_more_says_so_and_stops(
    at: Played, desk: Window, letters: Letters
) -> None:
    client = letters.client()
    request = await letters.ask(client)
    page = await Bureau(desk, Mouse()).sign_in()
    await page.goto(f"{at.url}/forfragningar/{request}")
    watching = page.locator("#watching")
    await expect(watching).to_have_text("Sidan visar svaret när det kommer.")
    await desk.context.set_offline(True)
    await expect(watching).to_contain_text("Sidan försöker igen.")
    await desk.context.set_offline(False)
    await expect(watching).to_have_text("Sidan visar svaret när det kommer.")
    await desk.context.clear_cookies(name="koppla")
    await expect(watching).to_contain_text("Du är inte inloggad längre.")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    await page.clock.install()
    await page.clock.run_for(60_000)
    assert asked == []
    await page.reload()
    await expect(page.get_by_role("main")).to_contain_text("Logga in för att fortsätta")


async def test_a_request_s_answer_comes_by_itself(
    at: Played, desk: Window, letters: Letters
) -> None:
    client = letters.client()
    request = await letters.ask(client)
    page = await Bureau(desk, Mouse()).sign_in()
    await page.goto(f"{at.url}/forfragningar/{request}")
    await letters.accept(client)
    await expect(page.locator("#standing")).to_contain_text("accepterade")
    await expect(page.locator("#said")).to_contain_text("accepterade")
    await expect(page.locator("#watching")).to_have_count(0)


async def test_a_resend_without_an_answer_is_sent_once_by_a_page_that_lives_on(
    at: Played, desk: Window, letters: Letters
) -> None:  # R20
    client = letters.client()
    request = await letters.ask(client)
    page = await Bureau(desk, Mouse()).sign_in()
    await page.goto(f"{at.url}/forfragningar/{request}")
    at.gateway.lost = (f"/v1/link-requests/{request}/resend",)
    await page.get_by_role("button", name="Skicka igen").click()
    await expect(page.get_by_role("alert")).to_contain_text("bara en gång till")
    at.gateway.lost = ()
    # The mails of the resend are sent meanwhile: the page's part is put in anew.
    await letters.link(client, mails=2)
    await expect(page.locator("#said")).not_to_be_empty()
    await page.get_by_role("button", name="Skicka igen").click()
    await expect(page.get_by_role("main")).to_contain_text("Förfrågan är skickad igen")
    await expect(page.get_by_text("Förfrågan skickades igen")).to_have_count(1)


async def test_without_script_a_request_s_page_promises_nothing(
    koppla: Platform, letters: Letters, browser: Browser
) -> None:
    request = await letters.ask(letters.client())
    async with window(browser, koppla.url, java_script_enabled=False) as still:
        page = await Bureau(still, Mouse()).sign_in()
        await page.goto(f"{koppla.url}/forfragningar/{request}")
        await expect(page.locator("#watching")).to_have_text(
            "Ladda om sidan för att se om klienten har svarat."
        )
        await expect(page.get_by_role("main")).not_to_contain_text("Sidan visar svaret")
