"""GET /l/{token} from a receipt: a link as its client's admins of now see it."""

from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events.linking import LinkRequestAccepted
from contracts.fields import PROGRAMS
from contracts.link_token import Purpose
from contracts.org_number import OrgNumber
from services.linking.tests.test_ending import end
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.test_paper_forms import register
from services.linking.tests.world import ADA, EVA, FIA, GUN, HTML, JSON, NORD, SYD, World, client

TABLES = ("link_requests", "sendings", "recipients", "links", "pairs", "request_events")


def manage(world: World, link_id: UUID | str, user_id: str = "eva", email: str = EVA.email) -> str:
    """A receipt's token, made as the notifier makes it."""
    return world.keys.sign(Purpose.MANAGE, UUID(str(link_id)), 1, user_id, email)


async def receipt(world: World) -> str:
    """The token in the receipt that Eva gets for accepting a request of Nord's."""
    made = await world.asked(message="Hej <b>åäö</b>")
    assert (await world.accept((await world.mailed(made))["eva"])).status_code == 200
    [event] = await world.published(LinkRequestAccepted, 1)
    return manage(world, event.link_id, event.acceptor.user_id, event.acceptor.email)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_receipts_page_as_json_says_who_has_access_since_when(world: World) -> None:  # R35
    token = await receipt(world)
    [request] = (await world.get("/v1/link-requests"))["items"]
    [link] = (await world.get("/v1/links"))["items"]
    answer = await world.page(token)
    assert answer.status_code == 200
    history = answer.json()["history"]
    assert [(one["action"], one["side"], one["by"], one["bureau_name"]) for one in history] == [
        ("link_request_accepted", "client", EVA.name, NORD.name),
        ("link_requested", "bureau", ADA.name, NORD.name),
    ]
    assert answer.json() == {
        "purpose": "manage",
        "status": "active",
        "bureau": {"name": NORD.name, "org_number": "556469-6291"},
        "client": {"tenant_id": "100001", "name": "Nordkust Åkeri AB"},
        "recipient": {"name": EVA.name},
        "requested_by": {"user_id": "ada", "name": ADA.name, "side": "bureau"},
        "message": "Hej <b>åäö</b>",
        "created_at": request["created_at"],
        "expires_at": None,
        "decided_at": link["established_at"],
        "decided_by": {"user_id": "eva", "name": EVA.name, "side": "client"},
        "form": None,
        "ended_at": None,
        "ended_by": None,
        "reason": None,
        "linked_bureaus": [{"name": NORD.name}],
        "programs": list(PROGRAMS),
        "history": history,
    }


SAID = {
    "sv": (
        *(f"{NORD.name} har åtkomst till Nordkust Åkeri AB", "Om kopplingen", "svensk tid, CE"),
        *("Accepterades av", "Åtkomst sedan", "Vad åtkomsten innebär", "Lön", "databas-ID"),
        *("Byråer som är kopplade till klienten nu", "kan ingen på"),
    ),
    "en": (
        *(f"{NORD.name} has access to Nordkust Åkeri AB", "About the link", "Swedish time, CE"),
        *("Accepted by", "Access since", "What access means", "Payroll", "database ID"),
        *("Bureaus linked to the client now", "nobody at"),
    ),
}


async def test_the_page_speaks_both_languages_and_can_end_the_link(world: World) -> None:  # R47
    token = await receipt(world)
    for lang, words in SAID.items():
        answer = await world.page(token, HTML, lang=lang)
        page = Elements(answer.text)
        assert (answer.status_code, answer.headers["content-language"]) == (200, lang)
        assert page.all("html") == [{"lang": lang}]
        for said in (*words, EVA.name, ADA.name, "556469-6291", "100001", "Hej <b>åäö</b>"):
            assert said in page.text, said
        [form], [box] = page.all("form"), page.all("input")
        assert (form["method"], form["action"]) == ("post", f"/l/{token}/end?lang={lang}")
        assert (box["name"], "required" in box, "checked" in box) == ("confirm", True, False)
        assert page.all("script") == []
        button = {"sv": "Avsluta kopplingen", "en": "End the link"}[lang]
        assert f">{button}</button>" in answer.text
        switch = page.ways
        assert switch == [f"/l/{token}?lang=sv", f"/l/{token}?lang=en"]


async def test_an_ended_link_says_until_when_it_was_one(world: World) -> None:
    token = await receipt(world)
    await world.running.rows("UPDATE links SET status = 'ended', ended_at = clock_timestamp()")
    shown = (await world.page(token)).json()
    assert (shown["status"], shown["linked_bureaus"]) == ("ended", [])
    assert shown["ended_at"] > shown["decided_at"]
    for lang, title in (("sv", "Kopplingen är avslutad"), ("en", "The link has been ended")):
        page = Elements((await world.page(token, HTML, lang=lang)).text)
        assert title in page.text
        assert page.all("form") == []


async def test_a_link_by_paper_form_has_a_page_without_a_request(world: World) -> None:  # R3
    link_id = uuid4()
    await world.running.rows(
        "INSERT INTO links (id, bureau_id, tenant_id, status, route, version, bureau_name,"
        " client_name, established_at) VALUES ($1, 'syd', '100001', 'active', 'paper_form', 1,"
        " 'Syd Siffror', 'Nordkust Åkeri AB', '2026-01-31T23:30:00Z')",
        link_id,
    )
    token = manage(world, link_id, "fia", FIA.email)
    shown = (await world.page(token)).json()
    assert (shown["requested_by"], shown["message"], shown["decided_by"]) == (None, None, None)
    assert shown["created_at"] == shown["decided_at"] == "2026-01-31T23:30:00Z"
    page = Elements((await world.page(token, HTML)).text)
    assert f"{SYD.name} har åtkomst" in page.text
    assert "1 februari 2026 kl. 00.30 (svensk tid, CET)" in page.text
    assert "Accepterades av" not in page.text


async def test_a_sole_traders_bureau_is_masked_on_a_receipts_page(world: World) -> None:  # R29
    person = {"org_number": OrgNumber("6408233234").display, "name": "Adas byrå"}
    await world.directory(NORD.model_copy(update=person))
    token = await receipt(world)
    assert (await world.page(token)).json()["bureau"]["org_number"] == "640823-****"
    html = (await world.page(token, HTML)).text
    assert ("640823-****" in html, "3234" in html) == (True, False)


async def test_whose_role_is_gone_sees_nothing_of_the_link(world: World) -> None:  # R34
    token = await receipt(world)
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA, GUN))
    assert refused(await world.page(token)) == (403, "NOT_A_SYSTEM_ADMIN")
    for lang, title in (("sv", "Du kan inte se kopplingen"), ("en", "You can't see this link")):
        page = await world.page(token, HTML, lang=lang)
        assert (page.status_code, title in Elements(page.text).text) == (403, True)
        assert not any(said in page.text for said in ("Nord", "åäö", ADA.name, EVA.name))
    head = await world.http.head(f"/l/{token}", headers=HTML)
    assert (head.status_code, head.content) == (403, b"")


async def test_whose_address_changed_sees_nothing_of_the_link(world: World) -> None:  # R34
    token = await receipt(world)
    moved = EVA.model_copy(update={"email": "eva@elsewhere.example"})
    await world.directory(client("100001", "Nordkust Nya AB", moved, FIA))
    assert refused(await world.page(token)) == (403, "NOT_A_SYSTEM_ADMIN")


async def test_another_clients_admin_sees_nothing_of_the_link(world: World) -> None:  # R45
    token = await receipt(world)
    [link] = (await world.get("/v1/links"))["items"]
    await world.directory(
        client("100002", "Annan klient", EVA), client("100001", "Nordkust Åkeri", FIA)
    )
    assert refused(await world.page(token)) == (403, "NOT_A_SYSTEM_ADMIN")
    # Signed for who is an admin, but at somebody else's address.
    crossed = manage(world, link["id"], "fia", EVA.email)
    assert refused(await world.page(crossed)) == (403, "NOT_A_SYSTEM_ADMIN")


async def test_a_receipt_of_no_link_is_not_found(world: World) -> None:
    token = await receipt(world)
    [request] = (await world.get("/v1/link-requests"))["items"]
    [link] = (await world.get("/v1/links"))["items"]
    strangers = (
        manage(world, uuid4()),
        manage(world, request["id"]),  # a request is not a link, nor the other way round
        world.sign(link["id"], "eva", EVA.email),
        token[:-1],
    )
    for stranger in strangers:
        assert refused(await world.page(stranger)) == (404, "NOT_FOUND")
        page = await world.page(stranger, HTML)
        assert (page.status_code, "Länken fungerar inte" in page.text) == (404, True)


@pytest.mark.parametrize("action", ["accept", "decline"])
async def test_a_receipts_token_answers_no_request(world: World, action: str) -> None:
    token = await receipt(world)
    before = await state(world)
    for body in ({"confirm": True}, {}):
        sent = body if action == "accept" else {}
        answer = await world.http.post(f"/l/{token}/{action}", json=sent, headers=JSON)
        assert refused(answer) == (404, "NOT_FOUND")
    form = await world.http.post(f"/l/{token}/{action}", data={}, headers=HTML)
    assert form.status_code == 404
    assert await state(world) == before


async def state(world: World) -> list[object]:
    """All that is kept; of the outbox what was written, since the relay marks it meanwhile."""
    kept = [await world.running.rows(f"SELECT * FROM {table}") for table in TABLES]
    written = await world.running.rows("SELECT event_id FROM outbox ORDER BY id")
    return [*(sorted(map(str, rows)) for rows in kept), written]


async def test_looking_at_a_link_changes_nothing_and_keeps_its_address(world: World) -> None:  # R31
    token = await receipt(world)
    before = await state(world)
    answers = []
    for _ in range(10):
        answers += [
            await world.page(token),
            await world.page(token, HTML),
            await world.http.head(f"/l/{token}", headers=HTML),
        ]
    assert await state(world) == before
    assert {answer.status_code for answer in answers} == {200}
    assert answers[2].content == b""
    foreign = await world.page(manage(world, uuid4()), HTML)
    for answer in (*answers, foreign):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-robots-tag"].startswith("noindex")


ONCE_MORE = [
    ({"reason": "Vi byter"}, [False, "confirm"], "Vi byter", "Kryssa i rutan"),
    (
        {"reason": "www.a.se", "confirm": "yes"},
        [True, "reason"],
        "www.a.se",
        "Ta bort webbadressen",
    ),
    ({"reason": "www.a.se"}, [False, "reason", "confirm"], "www.a.se", "Ta bort webbadressen"),
]


@pytest.mark.parametrize(("sent", "asked", "kept", "why"), ONCE_MORE)
async def test_a_browser_that_is_asked_once_more_keeps_what_was_typed(
    world: World, sent: dict[str, str], asked: list[object], kept: str, why: str
) -> None:  # D8
    token = await receipt(world)
    answer = await world.http.post(f"/l/{token}/end", data=sent, headers=HTML)
    page = Elements(answer.text)
    assert (answer.status_code, kept in page.text, why in page.text) == (422, True, True)
    ticked, *fields = asked
    [box] = page.all("input")
    assert ("checked" in box, [*fields]) == (
        ticked,
        [
            href[1:]
            for one in page.all("a")
            if (href := str(one["href"])) in ("#reason", "#confirm")
        ],
    )
    assert (await world.page(token)).json()["status"] == "active"


async def test_an_agent_of_customer_support_is_not_named(world: World) -> None:  # D8, D9
    registered = (await register(world)).json()
    token = manage(world, registered["id"])
    for lang, said in (("sv", "Kundtjänst"), ("en", "Customer support")):
        page = Elements((await world.page(token, HTML, lang=lang)).text).text
        assert (f"· {said}" in page, "Sam Kund" in page) == (True, False)
    await end(world, registered, world.agent())
    page = Elements((await world.page(token, HTML)).text).text
    assert ("Avslutades avKundtjänst" in page, "Sam Kund" in page) == (True, False)


async def test_a_long_history_says_that_it_is_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # D9
    token = await receipt(world)
    whole, cut = "Här står allt", "De 1 senaste händelserna"
    page = (await world.page(token, HTML)).text
    assert (whole in page, cut in page, "Förfrågan skickades</p>" in page) == (True, False, True)
    monkeypatch.setattr("linking.service.managing._SHOWN", 1)
    page = (await world.page(token, HTML)).text
    assert (whole in page, cut in page, "Förfrågan skickades</p>" in page) == (False, True, False)
