"""Aktivera: consultants × programs, presets for a row and a column, and into the client list."""

import asyncio

import pytest

from portal.tests.browser import Browser
from portal.tests.linking import access, activated, admin_of, end, linked
from portal.tests.page import Form, Page
from portal.tests.people import (
    LINKED_ADMIN,
    LINKED_CONSULTANT,
    LINKED_OTHER,
    OTHER_ADMIN,
    SUPPORT,
)
from tests.support.platform import Platform

BUTTON = "Aktivera klienten"
ADMIN_ID, BEA, CEA = "p-7-admin", "p-7-bea", "p-7-cea"


async def table(browser: Browser, tenant_id: str) -> Form:
    await browser.be(LINKED_ADMIN)
    page = await browser.open(f"/aktivera/{tenant_id}")
    assert browser.status == 200
    return page.form(BUTTON)


def chosen(page: Page) -> dict[str, str]:
    """By cell, what the table shows; only what gives something."""
    return {name: value for name, value in page.form(BUTTON).fields if ":" in name and value}


async def listed(platform: Platform) -> list[str]:
    async with admin_of(platform, "p-7") as http:
        items = (await http.get("/v1/clients")).json()["items"]
    return [one["tenant_id"] for one in items]


async def test_linked_clients_wait_until_a_chosen_few_may_sign_in(
    browser: Browser, platform: Platform
) -> None:  # R36-R40
    await linked(platform, "1100")
    await browser.be(LINKED_ADMIN)
    # All that wait: the first page shows a few.
    await browser.open("/klienthanteraren/att-aktivera")
    await browser.follow("Aktivera Länkad 00 AB")
    assert browser.path == "/aktivera/1100"
    assert "1100" not in await listed(platform)
    page = await browser.press(
        BUTTON, **{f"{ADMIN_ID}:bookkeeping": "w", f"{BEA}:payroll": "r", f"{BEA}:documents": "w"}
    )
    assert browser.path == "/klienthanteraren"
    assert "Klienten är aktiverad" in page.words
    assert "Aktivera Länkad 00 AB" not in [one.words for one in page.links]
    assert "Länkad 00 AB" in [one.words for form in page.forms for one in form.buttons]
    assert await access(platform, "1100") == {
        ADMIN_ID: {"bookkeeping": "write"},
        BEA: {"payroll": "read", "documents": "write"},
    }


async def test_every_control_is_named_by_its_row_and_its_column(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1101")
    await table(browser, "1101")
    html = browser.page.html
    ids = {part.split('"')[0] for part in html.split('id="')[1:]}
    labels = [part.split('"')[0] for part in html.split('<select name="')[1:]]
    named = [part.split('"')[0] for part in html.split('aria-labelledby="')[1:]]
    cells = [one.split() for one in named if one.startswith("r") and " c" in one]
    # Three consultants and a row of presets; five programs and a column of presets.
    assert len(labels) == len(cells) == 4 * 6
    assert len({tuple(one) for one in cells}) == len(cells)
    assert {one for pair in cells for one in pair} <= ids
    for heading in ('scope="row"', 'scope="col"'):
        assert heading in html


@pytest.mark.parametrize(
    ("presets", "given"),
    [
        ({f"row/{BEA}": "r"}, {(BEA, "*"): "r"}),
        ({"col/payroll": "w"}, {("*", "payroll"): "w"}),
        ({"all": "w", f"row/{BEA}": "n"}, {("*", "*"): "w", (BEA, "*"): ""}),
        ({"col/payroll": "w", f"row/{BEA}": "r"}, {("*", "payroll"): "w", (BEA, "*"): "r"}),
    ],
)
async def test_presets_fill_a_row_and_a_column_without_script(
    browser: Browser, platform: Platform, presets: dict[str, str], given: dict[tuple[str, str], str]
) -> None:
    tenant_id = "1102"
    if tenant_id not in [*await waiting(platform)]:
        await linked(platform, tenant_id)
    form = await table(browser, tenant_id)
    page = await browser.press("Fyll i för alla", form, **presets)
    assert "Ingenting är sparat än." in page.words
    expected = {}
    for (who, what), value in given.items():
        for consultant in (ADMIN_ID, BEA, CEA) if who == "*" else (who,):
            for program in PROGRAMS if what == "*" else (what,):
                expected[f"{consultant}:{program}"] = value
    assert chosen(page) == {name: value for name, value in expected.items() if value}
    # The presets themselves are done with.
    fields = page.form(BUTTON).fields
    assert not [one for one in fields if one[0].startswith(("row/", "col/", "all")) and one[1]]
    assert tenant_id in await waiting(platform)


PROGRAMS = ("bookkeeping", "invoicing", "payroll", "annual_accounts", "documents")


async def waiting(platform: Platform) -> list[str]:
    async with admin_of(platform, "p-7") as http:
        items = (await http.get("/v1/activation-list")).json()["items"]
    return [one["tenant_id"] for one in items]


async def test_a_preset_that_nobody_saw_filled_in_gives_nothing_away(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1103")
    await table(browser, "1103")
    page = await browser.press(BUTTON, **{"all": "w"})
    assert "Kontrollera tabellen" in page.words
    assert "1103" in await waiting(platform)
    page = await browser.press(BUTTON)
    assert "Klienten är aktiverad" in page.words
    assert len(await access(platform, "1103")) == 3


async def test_fill_in_with_no_choice_says_where_to_choose(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1104")
    await table(browser, "1104")
    page = await browser.press("Fyll i för alla", **{f"{CEA}:payroll": "r"})
    assert "Det fanns inget att fylla i" in page.words
    assert chosen(page) == {f"{CEA}:payroll": "r"}


async def test_nothing_chosen_is_explained_before_it_is_done(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1105")
    await table(browser, "1105")
    page = await browser.press(BUTTON)
    assert "ingen på byrån kan logga in" in page.words
    assert "1105" in await waiting(platform)
    page = await browser.press("Aktivera utan behörigheter")
    assert "Klienten är aktiverad" in page.words
    assert "1105" in await listed(platform)
    assert "saknar behörighet" in page.words


async def test_a_double_click_activates_once_and_both_say_so(
    browser: Browser, platform: Platform
) -> None:  # R38
    await linked(platform, "1106")
    form = await table(browser, "1106")
    fields = [(name, "r" if name == f"{CEA}:documents" else value) for name, value in form.fields]
    answers = await asyncio.gather(*(browser.post(form.action, fields) for _ in range(3)))
    assert {one.headers["location"] for one in answers} == {"/klienthanteraren"}
    assert "Klienten är aktiverad" in (await browser.open("/klienthanteraren")).words
    assert await access(platform, "1106") == {CEA: {"documents": "read"}}


async def test_a_colleague_who_was_faster_is_told_of_and_nothing_is_undone(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1107")
    form = await table(browser, "1107")
    grants = [{"consultant_id": BEA, "permissions": [{"program": "payroll", "access": "read"}]}]
    async with admin_of(platform, "p-7") as http:
        answer = await http.post("/v1/activation-list/1107/activate", json={"grants": grants})
        assert answer.status_code == 200
    page = await browser.press(BUTTON, form, **{f"{CEA}:payroll": "w"})
    assert browser.path == "/klienter/1107"
    assert "det du valde är inte sparat" in page.words
    assert await access(platform, "1107") == {BEA: {"payroll": "read"}}
    page = await browser.open("/aktivera/1107")
    assert browser.path == "/klienter/1107"
    assert "Klienten är redan aktiverad." in page.words


async def test_a_link_that_ended_meanwhile_is_explained(
    browser: Browser, platform: Platform
) -> None:
    link = await linked(platform, "1108")
    form = await table(browser, "1108")
    await end(platform, link)
    page = await browser.press(BUTTON, form, **{f"{CEA}:payroll": "w"})
    assert browser.status == 410
    assert "Kopplingen till Länkad 08 AB är avslutad" in page.headings
    assert "Fel klient." in page.words
    page = await browser.open("/aktivera/1108")
    assert browser.status == 410
    assert page.link("Till klienterna")


async def test_a_consultant_sees_who_may_activate(browser: Browser, platform: Platform) -> None:
    await linked(platform, "1109")
    page = await browser.be(LINKED_CONSULTANT)
    assert "Aktivera Länkad 09 AB" not in [one.words for one in page.links]
    page = await browser.open("/aktivera/1109")
    assert browser.status == 200
    assert LINKED_ADMIN in page.words
    assert LINKED_OTHER not in page.words
    assert not [one for one in page.forms if one.action.startswith("/aktivera")]
    guard = page.form("Logga ut").value("csrf")
    answer = await browser.post("/aktivera/1109", [("csrf", guard), ("all", "w")])
    assert answer.status_code == 403
    assert "1109" in await waiting(platform)


@pytest.mark.parametrize("tenant_id", ["9", "x", "1001", "%00", "1" * 13])
async def test_a_client_that_is_not_linked_is_not_there(browser: Browser, tenant_id: str) -> None:
    await browser.be(LINKED_ADMIN)
    await browser.open(f"/aktivera/{tenant_id}")
    assert browser.status == 404


async def test_another_bureau_s_client_is_not_there(platform: Platform) -> None:
    await activated(platform, "1110")
    for name in (OTHER_ADMIN, SUPPORT):
        async with Browser(platform.url) as other:
            await other.be(name)
            for path in ("/aktivera/1110", "/klienter/1110", "/klienter/1110/avsluta"):
                await other.open(path)
                assert other.status in (403, 404), (name, path)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (f"{CEA}:payroll", "own", "Något val gick inte att läsa"),
        (f"{CEA}:payroll", "<b>w</b>", "Något val gick inte att läsa"),
        (f"{CEA}:payroll", "w\x00", "Något val gick inte att läsa"),
        (f"row/{CEA}", "everything", "Något val gick inte att läsa"),
        ("somebody-else:payroll", "w", "hör inte längre till byrån"),
        (f"{CEA}:mining", "w", "hör inte längre till byrån"),
    ],
)
async def test_what_no_page_of_ours_sends_changes_nothing(
    browser: Browser, platform: Platform, field: str, value: str, said: str
) -> None:
    if "1111" not in await waiting(platform):
        await linked(platform, "1111")
    await table(browser, "1111")
    page = await browser.press(BUTTON, **{field: value, f"{BEA}:payroll": "r"})
    assert browser.status == 422
    assert said in page.words
    assert chosen(page) == {f"{BEA}:payroll": "r"}
    assert "1111" in await waiting(platform)


async def test_what_was_chosen_is_there_after_signing_in_again(
    browser: Browser, platform: Platform
) -> None:
    await linked(platform, "1112")
    form = await table(browser, "1112")
    browser.http.cookies.delete("koppla")
    await browser.press(BUTTON, form, **{f"{CEA}:payroll": "w", f"{BEA}:documents": "r"})
    assert browser.path == "/logga-in"
    page = await browser.press(LINKED_ADMIN)
    assert browser.path == "/aktivera/1112"
    assert chosen(page) == {f"{CEA}:payroll": "w", f"{BEA}:documents": "r"}
