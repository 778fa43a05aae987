"""Skickade förfrågningar, and one request's page: how it stands, send again, take back."""

import re
from typing import Any

import pytest

from koppla.waiting import until
from portal.tests.browser import Browser
from portal.tests.linking import admin_of
from portal.tests.people import ADMIN, OTHER_ADMIN, SUPPORT, client
from tests.support.platform import Platform


async def ask(platform: Platform, tenant_id: str, bureau_id: str = "p-2") -> dict[str, Any]:
    async with admin_of(platform, bureau_id) as http:
        body = {"tenant_id": tenant_id, "entry_point": "client_manager"}
        answer = await http.post("/v1/link-requests", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def accept(platform: Platform, tenant_id: str) -> None:
    """By the link in the newest mail to the client's first admin."""
    address = client(tenant_id)["system_admins"][0]["email"]
    async with platform.client("nobody") as http:

        async def link() -> str | None:
            mails = (await http.get("/inbox/messages", params={"to": address})).json()["items"]
            found = re.search(r"http\S+/l/\S+", mails[0]["text"]) if mails else None
            return found[0] if found else None

        address = await until(link, 60, what="the mail") or ""
        answer = await http.post(
            f"{address}/accept", json={"confirm": True}, headers={"accept": "application/json"}
        )
    assert answer.status_code == 200, answer.text


async def test_an_answer_shows_in_page_time_line_and_standing(
    browser: Browser, platform: Platform
) -> None:  # D7
    made = await ask(platform, "1008")
    await browser.be(OTHER_ADMIN)
    page = await browser.open(f"/forfragningar/{made['id']}")
    assert "Väntar på svar" in page.words
    before = (await browser.http.get(f"/forfragningar/{made['id']}/lage")).json()
    assert f'data-seen="{before["seen"]}"' in page.html or before["status"] == "pending"
    await accept(platform, "1008")

    async def told() -> bool:
        now = (await browser.http.get(f"/forfragningar/{made['id']}/lage")).json()
        return bool(now["status"] == "accepted" and now["seen"] != before["seen"])

    await until(told, 30, what="the answer")
    page = await browser.open(f"/forfragningar/{made['id']}")
    assert "Åsa Öberg accepterade" in page.words
    for told_in_time_line in ("Klienten accepterade", "Mejlet skickades till Åsa Öberg"):
        assert told_in_time_line in page.words
    assert "mejlet är skickat" in page.words
    assert not [one for one in page.forms if one.action.endswith("skicka-igen")]


async def test_send_again_and_take_back_each_ask_for_no_script(
    browser: Browser, platform: Platform
) -> None:  # D2
    made = await ask(platform, "1007")
    await browser.be(OTHER_ADMIN)
    await browser.open(f"/forfragningar/{made['id']}")
    page = await browser.press("Skicka igen")
    assert "Förfrågan är skickad igen" in page.words
    assert "Förfrågan skickades igen" in page.words
    stale = page.form("Skicka igen")
    page = await browser.follow("Återta förfrågan")
    assert "Återta förfrågan till Återtagen AB?" in page.headings
    assert "de 2 mottagarna" in page.words
    form = page.form("Återta förfrågan")
    page = await browser.press("Återta förfrågan", form)
    assert "Förfrågan är återtagen." in page.words
    assert "Cilla Kontor återtog den" in page.words
    await browser.press("Återta förfrågan", form)
    assert browser.status == 200
    page = await browser.press("Skicka igen", stale)
    assert "förfrågan var redan avgjord" in page.words


async def test_sending_again_twice_with_one_key_sends_once(
    browser: Browser, platform: Platform
) -> None:
    made = await ask(platform, "1005")
    await browser.be(OTHER_ADMIN)
    page = await browser.open(f"/forfragningar/{made['id']}")
    form = page.form("Skicka igen")
    await browser.press("Skicka igen", form)
    page = await browser.press("Skicka igen", form)
    assert page.words.count("Förfrågan skickades igen") == 1


async def test_the_list_is_filtered_searched_and_sorted(
    browser: Browser, platform: Platform
) -> None:
    for tenant_id in ("1001", "1004"):
        await ask(platform, tenant_id)
    await browser.be(OTHER_ADMIN)
    page = await browser.open("/forfragningar?status=pending&ordning=name")
    names = [one.words for one in page.links if one.href.startswith("/forfragningar/")]
    assert names.index("Tvilling AB") < names.index("Överbyns Åkeri AB")
    page = await browser.press("Visa", sok="öVERBY")
    assert [one.words for one in page.links if one.href.startswith("/forfragningar/")] == [
        "Överbyns Åkeri AB"
    ]
    page = await browser.press("Visa", sok="finns inte")
    assert "Ingen förfrågan stämmer med det du söker" in page.headings
    page = await browser.follow("Visa alla förfrågningar")
    assert "Överbyns Åkeri AB" in [one.words for one in page.links]


@pytest.mark.parametrize(
    "query",
    ["fran=made-up", "status=unknown&ordning=%00", "sok=%00", "sok=" + "x" * 300, "fran=%ff%00"],
)
async def test_an_address_that_was_made_up_still_shows_a_page(browser: Browser, query: str) -> None:
    await browser.be(OTHER_ADMIN)
    page = await browser.open(f"/forfragningar?{query}")
    assert browser.status == 200
    assert "Skickade förfrågningar" in page.headings


async def test_another_bureau_s_request_is_not_there(browser: Browser, platform: Platform) -> None:
    made = await ask(platform, "1009")
    await browser.be(ADMIN)
    for path in ("", "/lage", "/aterkalla"):
        await browser.open(f"/forfragningar/{made['id']}{path}")
        assert browser.status == 404
    await browser.open("/forfragningar/not-an-id")
    assert browser.status == 404


async def test_support_has_no_bureau_s_pages(browser: Browser) -> None:
    await browser.be(SUPPORT)
    for path in ("/klienthanteraren", "/digital-byra/koppla-klient", "/forfragningar"):
        page = await browser.open(path)
        assert browser.status == 403
        assert "Sidan är inte för din användare" in page.headings
