"""Client list and activation list, as the people of a bureau with many clients see them."""

import asyncio

import httpx
import pytest

from koppla.waiting import until
from portal.tests.browser import Browser
from portal.tests.page import Page
from portal.tests.people import BIG_ADMIN, BIG_CONSULTANT, MANY, OTHER_ADMIN
from tests.support.platform import Platform

ENTRIES = ("/klienthanteraren", "/digital-byra")
WAITING, BARRED = MANY[:7], MANY[7]
"""Linked and not activated; activated, but without a grant for anybody."""
FORM = {
    "form_kind": "link_client",
    "signed": True,
    "signed_by": "Åsa Öberg",
    "signatory_role": "authorised_signatory",
    "signed_on": "2026-03-25",
    "reference": "A 1",
}


@pytest.fixture(scope="module")
async def many(platform: Platform) -> None:
    """All are linked to the big bureau; all but the first seven are activated."""
    about = {"bureau_id": "p-6"}
    async with (
        platform.client("support-1", "support_agent") as support,
        platform.client("p-6-admin", "bureau_admin", **about) as admin,
    ):
        for tenant_id in MANY:
            body = {**FORM, **about, "tenant_id": tenant_id}
            answer = await support.post("/v1/paper-forms", json=body)
            assert answer.status_code == 201, answer.text

        async def all_wait() -> bool:
            return len((await admin.get("/v1/activation-list")).json()["items"]) == len(MANY)

        await until(all_wait, 60, what="the activation list")
        await asyncio.gather(*(_activate(admin, one) for one in MANY[len(WAITING) :]))


async def _activate(admin: httpx.AsyncClient, tenant_id: str) -> None:
    permissions = [{"program": "bookkeeping", "access": "write"}]
    users = [] if tenant_id == BARRED else ["p-6-admin", "p-6-bo"]
    grants = [{"consultant_id": user, "permissions": permissions} for user in users]
    path = f"/v1/activation-list/{tenant_id}/activate"
    answer = await admin.post(path, json={"grants": grants})
    assert answer.status_code == 200, answer.text


def names(page: Page) -> list[str]:
    """Of the clients at which one can sign in."""
    return [
        button.words
        for form in page.forms
        if form.action.endswith("/logga-in")
        for button in form.buttons
    ]


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.usefixtures("many")
async def test_all_clients_are_listed_a_page_at_a_time(browser: Browser, entry: str) -> None:
    # R40, R43, R46
    await browser.be(BIG_CONSULTANT)
    page = await browser.open(entry)
    assert len(browser.page.html) < 50_000
    first = names(page)
    assert first == sorted(first)
    assert "saknar behörighet" in page.words
    page = await browser.follow("Nästa sida")
    assert {f"Mängd {place:02} AB" for place in range(9, 59)} == {*first, *names(page)}
    await browser.follow("Till första sidan av listan")
    assert names(browser.page) == first


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.usefixtures("many")
async def test_a_click_on_the_name_signs_in_at_that_client(browser: Browser, entry: str) -> None:
    # R41, R44, R45
    await browser.be(BIG_CONSULTANT)
    page = await browser.open(f"{entry}?sok=Mängd 20")
    form = page.form("Mängd 20 AB")
    button = form.button("Mängd 20 AB")
    answer = await browser.post(form.action, [*form.fields, (button.name or "", button.value)])
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{browser.url}/demo/platform?token=")
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.usefixtures("many")
async def test_without_a_grant_there_is_nothing_to_click_and_no_way_in(browser: Browser) -> None:
    # R39
    await browser.be(BIG_ADMIN)
    page = await browser.open("/klienthanteraren?sok=Mängd 08")
    assert names(page) == []
    assert "saknar behörighet" in page.words
    guard = page.form("Logga ut").value("csrf")
    fields = [("csrf", guard), ("step", "/klienthanteraren"), ("tenant_id", BARRED)]
    await browser.post("/klienthanteraren/logga-in", fields)
    page = await browser.open("/klienthanteraren")
    assert "Du har inte längre behörighet hos klienten." in page.words


@pytest.mark.usefixtures("many")
async def test_the_search_finds_and_says_when_it_does_not(browser: Browser) -> None:
    await browser.be(BIG_ADMIN)
    await browser.open("/klienthanteraren")
    page = await browser.press("Sök", sok="mÄNGD 31")
    assert names(page) == ["Mängd 31 AB"]
    page = await browser.press("Sök", sok="<b>ingen</b>")
    assert "Ingen klient stämmer med ”<b>ingen</b>”" in page.headings
    assert "<b>" not in page.html
    page = await browser.follow("Visa alla klienter")
    assert len(names(page)) > 1


@pytest.mark.usefixtures("many")
async def test_who_waits_to_be_activated_is_counted_and_all_are_to_be_had(
    browser: Browser,
) -> None:  # R36
    page = await browser.be(BIG_ADMIN)
    assert "Aktiveringslista 7" in page.headings
    assert len([one for one in page.links if one.href.startswith("/aktivera/")]) == 5
    page = await browser.follow("Visa alla 7")
    assert [one.href for one in page.links if one.href.startswith("/aktivera/")] == [
        f"/aktivera/{tenant_id}" for tenant_id in WAITING
    ]
    path = "/klienthanteraren/att-aktivera"
    for query in ("fran=x", "fran=x&sok=Mängd 03", "sok=" + "x" * 201, "sok=a%00b"):
        await browser.open(f"{path}?{query}")
        assert browser.status == 200
    await browser.open(path)
    page = await browser.press("Sök", sok="mÄNGD 03")
    assert [one.href for one in page.links if one.href.startswith("/aktivera/")] == [
        f"/aktivera/{WAITING[2]}"
    ]
    page = await browser.press("Sök", sok="<b>ingen</b>")
    assert "Ingen klient stämmer med ”<b>ingen</b>”" in page.headings
    page = await browser.follow("Visa hela aktiveringslistan")
    assert "7 klienter har kopplats till byrån" in page.words
    # A consultant sees them, and an admin activates them.
    async with Browser(browser.url) as other:
        page = await other.be(BIG_CONSULTANT)
        assert "Aktiveringslista 7" in page.headings
        assert not [one for one in page.links if one.href.startswith("/aktivera/")]


@pytest.mark.usefixtures("many")
async def test_another_bureau_sees_none_of_them(browser: Browser) -> None:  # R43
    page = await browser.be(OTHER_ADMIN)
    assert "Mängd" not in page.words
    page = await browser.open("/digital-byra?sok=Mängd")
    assert names(page) == []
