"""Klient: who may sign in, permissions, the link's history, its end; and the platform's side."""

import re
from typing import Any

import httpx
import pytest

from koppla.waiting import until
from portal.tests.browser import Browser
from portal.tests.linking import access, activated, admin_of, end, linked
from portal.tests.page import Form
from portal.tests.people import LINKED_ADMIN, LINKED_CONSULTANT, LINKED_OTHER
from tests.support.platform import Platform

SAVE, END = "Spara behörigheterna", "Avsluta kopplingen"
ADMIN_ID, BEA, CEA = "p-7-admin", "p-7-bea", "p-7-cea"
Given = dict[str, dict[str, str]]
SOME: Given = {"p_7_cea": {"payroll": "read", "documents": "write"}}


async def edit(browser: Browser, tenant_id: str) -> Form:
    await browser.be(LINKED_ADMIN)
    page = await browser.open(f"/klienter/{tenant_id}/behorigheter")
    assert browser.status == 200
    return page.form(SAVE)


async def into(browser: Browser, page: str, **more: str) -> httpx.Response:
    """Where the client's name leads."""
    form = (await browser.open(page)).forms
    [found] = [one for one in form if one.action.endswith("/logga-in")]
    return await browser.post(found.action, [*found.fields, *more.items()])


async def test_an_admin_sees_who_may_do_what_and_since_when(
    browser: Browser, platform: Platform
) -> None:
    await activated(platform, "1120", **SOME)
    await browser.be(LINKED_ADMIN)
    page = await browser.open("/klienter/1120")
    assert browser.status == 200
    assert "1 konsult har behörighet." in page.words
    assert "2 utan behörighet" in page.words
    for told in (LINKED_CONSULTANT, "Kopplad med blankett", "Klienten aktiverades", "Blankett"):
        assert told in page.words
    assert "Du saknar behörighet hos klienten" in page.words
    assert page.link("Ändra behörigheter").href == "/klienter/1120/behorigheter"


async def test_a_consultant_sees_her_own_and_nobody_else_s(
    browser: Browser, platform: Platform
) -> None:
    await activated(platform, "1121", **SOME, p_7_bea={"bookkeeping": "write"})
    await browser.be(LINKED_CONSULTANT)
    page = await browser.open("/klienter/1121")
    assert "Lön Läsa Dokument Läsa och skriva" in page.words
    assert LINKED_OTHER not in page.words
    for path in ("behorigheter", "avsluta"):
        assert path not in page.html
        await browser.open(f"/klienter/1121/{path}")
        assert browser.status == 403


async def test_permissions_are_changed_for_one_and_others_keep_theirs(
    browser: Browser, platform: Platform
) -> None:  # R39
    await activated(platform, "1122", **SOME, p_7_bea={"bookkeeping": "write"})
    await edit(browser, "1122")
    page = await browser.press(
        SAVE, **{f"{CEA}:payroll": "", f"{CEA}:documents": "r", f"{ADMIN_ID}:invoicing": "w"}
    )
    assert browser.path == "/klienter/1122"
    assert "Behörigheterna är sparade." in page.words
    assert await access(platform, "1122") == {
        CEA: {"documents": "read"},
        ADMIN_ID: {"invoicing": "write"},
        BEA: {"bookkeeping": "write"},
    }
    await browser.open("/klienter/1122/behorigheter")
    page = await browser.press(SAVE)
    assert "Ingenting var ändrat." in page.words


async def test_a_row_that_a_colleague_changed_is_not_undone_unnoticed(
    browser: Browser, platform: Platform
) -> None:
    await activated(platform, "1123", **SOME)
    form = await edit(browser, "1123")
    theirs = {"permissions": [{"program": "payroll", "access": "write"}]}
    async with admin_of(platform, "p-7") as http:
        answer = await http.put(f"/v1/clients/1123/consultants/{CEA}", json=theirs)
        assert answer.status_code == 200
    page = await browser.press(SAVE, form, **{f"{CEA}:payroll": "", f"{BEA}:documents": "r"})
    assert browser.status == 409
    assert f"Raderna för {LINKED_CONSULTANT}" in page.words
    cells = {name: value for name, value in page.form(SAVE).fields if ":" in name and value}
    assert cells == {f"{CEA}:payroll": "w", f"{BEA}:documents": "r"}
    await browser.press(SAVE)
    assert await access(platform, "1123") == {
        CEA: {"payroll": "write"},
        BEA: {"documents": "read"},
    }


async def test_rows_that_nobody_touched_stay_as_a_colleague_made_them(
    browser: Browser, platform: Platform
) -> None:
    await activated(platform, "1124", **SOME)
    form = await edit(browser, "1124")
    async with admin_of(platform, "p-7") as http:
        await http.put(f"/v1/clients/1124/consultants/{CEA}", json={"permissions": []})
    await browser.press(SAVE, form, **{f"{BEA}:documents": "r"})
    assert await access(platform, "1124") == {BEA: {"documents": "read"}}


async def test_presets_fill_in_and_save_nothing_yet(browser: Browser, platform: Platform) -> None:
    await activated(platform, "1125", **SOME)
    await edit(browser, "1125")
    page = await browser.press(SAVE, all="n")
    assert "Ingenting är sparat än." in page.words
    assert await access(platform, "1125") != {}
    page = await browser.press(SAVE)
    assert "Ingen på byrån kan logga in hos klienten" in page.words
    assert await access(platform, "1125") == {}


async def test_ending_says_what_it_means_and_takes_a_tick(
    browser: Browser, platform: Platform
) -> None:  # D8
    await activated(platform, "1126", **SOME)
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1126")
    page = await browser.follow(END)
    for told in (f"åtkomst genast: {LINKED_CONSULTANT}", "får ett mejl", "går inte att ångra"):
        assert told in page.words
    page = await browser.press(END, reason="Vi är klara.")
    assert browser.status == 422
    assert "Kryssa i rutan" in page.words
    assert page.form(END).value("reason") == "Vi är klara."
    page = await browser.press(END, confirm="yes")
    assert browser.path == "/klienthanteraren"
    assert "Kopplingen är avslutad." in page.words
    await _gone(platform, "1126")
    page = await browser.open("/klienter/1126")
    assert browser.status == 410
    assert f"{LINKED_ADMIN} avslutade den" in page.words
    assert "Vi är klara." in page.words


async def _gone(platform: Platform, tenant_id: str) -> None:
    async with admin_of(platform, "p-7") as http:

        async def gone() -> bool:
            return (await http.get(f"/v1/clients/{tenant_id}")).status_code == 404

        await until(gone, 60, what="the link's end")


async def test_ending_what_is_ended_already_says_so(browser: Browser, platform: Platform) -> None:
    link = await activated(platform, "1127", **SOME)
    await browser.be(LINKED_ADMIN)
    form = (await browser.open("/klienter/1127/avsluta")).form(END)
    await end(platform, link)
    page = await browser.press(END, form, confirm="yes")
    assert "Kopplingen var redan avslutad." in page.words
    await browser.open("/klienter/1127/avsluta")
    assert browser.status == 410


async def test_a_link_made_since_is_not_ended_by_an_old_page(
    browser: Browser, platform: Platform
) -> None:
    link = await activated(platform, "1128", **SOME)
    await browser.be(LINKED_ADMIN)
    form = (await browser.open("/klienter/1128/avsluta")).form(END)
    await end(platform, link)
    await linked(platform, "1128")
    page = await browser.press(END, form, confirm="yes")
    assert "Kopplingen var redan avslutad." in page.words
    page = await browser.open("/aktivera/1128")
    assert "Aktivera Länkad 28 AB" in page.headings


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("x" * 501, "högst 500 tecken"),
        ("a\x00b", "tecken som inte går att skicka"),
        ("se www.example.se", "webbadress"),
    ],
)
async def test_a_reason_that_can_t_be_is_told_at_its_field(
    browser: Browser, platform: Platform, reason: str, said: str
) -> None:
    if not await _is_listed(platform, "1129"):
        await activated(platform, "1129", **SOME)
    await browser.be(LINKED_ADMIN)
    await browser.open("/klienter/1129/avsluta")
    page = await browser.press(END, reason=reason, confirm="yes")
    assert browser.status == 422
    assert said in page.words
    assert page.title.startswith("Fel: ")


async def _is_listed(platform: Platform, tenant_id: str) -> bool:
    async with admin_of(platform, "p-7") as http:
        return (await http.get(f"/v1/clients/{tenant_id}")).status_code == 200


@pytest.mark.parametrize("link_id", ["", "x", "01890000-0000-7000-8000-000000000000", "../1"])
async def test_a_link_that_is_none_of_the_bureau_s_is_not_ended(
    browser: Browser, platform: Platform, link_id: str
) -> None:
    page = await browser.be(LINKED_ADMIN)
    guard = page.form("Logga ut").value("csrf")
    fields = [("csrf", guard), ("link", link_id), ("confirm", "yes")]
    answer = await browser.post("/klienter/1001/avsluta", fields)
    assert answer.status_code == 404


async def test_a_click_on_the_name_is_being_in(browser: Browser, platform: Platform) -> None:
    # R41, R44
    await activated(platform, "1130", **SOME)
    await browser.be(LINKED_CONSULTANT)
    answer = await into(browser, "/digital-byra?sok=L%C3%A4nkad+30", tenant_id="1130")
    address = answer.headers["location"]
    page = await browser.open(address.removeprefix(browser.url))
    assert browser.status == 200
    assert "Länkad 30 AB" in page.headings
    for told in (LINKED_CONSULTANT, "Östbyrån AB", "databas-ID 1130", "Lön Läsa"):
        assert told in page.words
    assert "Bokföring " not in page.words
    # A reload uses nothing twice, and says so.
    page = await browser.open(address.removeprefix(browser.url))
    assert browser.status == 410
    assert "Inloggningen är redan använd" in page.headings
    assert page.link("Tillbaka till portalen")


async def test_one_program_is_opened_and_one_without_permission_is_not(
    browser: Browser, platform: Platform
) -> None:  # R41, R45
    await activated(platform, "1131", **SOME)
    await browser.be(LINKED_CONSULTANT)
    answer = await into(browser, "/klienter/1131", program="payroll")
    page = await browser.open(answer.headers["location"].removeprefix(browser.url))
    assert "Öppnat program Lön" in page.words
    answer = await into(browser, "/klienter/1131", program="bookkeeping")
    assert answer.headers["location"] == "/klienter/1131"
    page = await browser.open("/klienter/1131")
    assert "Du har inte längre behörighet i det programmet" in page.words


async def test_a_right_that_ended_on_the_way_is_explained(
    browser: Browser, platform: Platform
) -> None:
    await activated(platform, "1132", **SOME)
    await browser.be(LINKED_CONSULTANT)
    answer = await into(browser, "/klienter/1132")
    async with admin_of(platform, "p-7") as http:
        await http.put(f"/v1/clients/1132/consultants/{CEA}", json={"permissions": []})
    page = await browser.open(answer.headers["location"].removeprefix(browser.url))
    assert browser.status == 403
    assert "Du har inte längre behörighet hos klienten" in page.headings


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?token=", 400), ("?token=made-up", 404), ("?token=%00", 404), ("?tok=1", 400)],
)
async def test_a_hand_off_that_is_none_lets_nobody_in(
    browser: Browser, query: str, status: int
) -> None:
    page = await browser.open(f"/demo/platform{query}")
    assert browser.status == status
    assert page.link("Tillbaka till portalen")


async def test_history_tells_of_asking_and_answering(browser: Browser, platform: Platform) -> None:
    await _digital(platform, "1133")
    await browser.be(LINKED_ADMIN)
    page = await browser.open("/klienter/1133")
    said = page.words
    order = [
        said.index(one) for one in ("Klienten aktiverades", "Klienten accepterade", "skickades")
    ]
    assert order == sorted(order)
    assert "Mejlet skickades" not in said
    assert re.search(r"/forfragningar/[0-9a-f-]{36}", page.html)


async def _digital(platform: Platform, tenant_id: str) -> None:
    """Asked, accepted and activated."""
    async with admin_of(platform, "p-7") as http:
        body: Any = {"tenant_id": tenant_id, "entry_point": "digital_bureau"}
        assert (await http.post("/v1/link-requests", json=body)).status_code == 201

        async def link() -> str | None:
            to = {"to": f"{tenant_id}-1@mail.example"}
            mails = (await http.get("/inbox/messages", params=to)).json()["items"]
            found = re.search(r"http\S+/l/\S+", mails[0]["text"]) if mails else None
            return found[0] if found else None

        address = await until(link, 60, what="the mail") or ""
        accept = {"accept": "application/json", "authorization": ""}
        answer = await http.post(f"{address}/accept", json={"confirm": True}, headers=accept)
        assert answer.status_code == 200, answer.text

        async def is_active() -> bool:
            done = await http.post(f"/v1/activation-list/{tenant_id}/activate", json={})
            return done.status_code == 200

        await until(is_active, 60, what="the activation list")
