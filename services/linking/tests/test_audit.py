"""The audit trail: who, for whom, from where, on which text; unbroken, never rewritten (D9)."""

import asyncio
from typing import Any

import asyncpg
import pytest
from pydantic import TypeAdapter

from contracts.audit_chain import Beside, Entry, Verifier
from contracts.fields import Moment
from services.linking.tests.test_paper_forms import register
from services.linking.tests.world import EVA, HTML, JSON, World

_MOMENT: TypeAdapter[Any] = TypeAdapter(Moment)


async def chain(world: World) -> list[dict[str, Any]]:
    """All entries as operators export them, page by page."""
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 3}
    while True:
        page = await world.get("/v1/ops/linking/audit-chain", headers=world.operator(), **asked)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


async def wrong(world: World) -> list[str]:
    """What a stranger who recomputes everything finds wrong."""
    verifier = Verifier()
    found = []
    for row in await chain(world):
        entry = Entry(**{**row["entry"], "at": _MOMENT.validate_python(row["entry"]["at"])})
        found += verifier.check(entry, row["beside"] and Beside(**row["beside"]))
    return found + verifier.missing()


async def test_every_decision_says_who_for_whom_from_where_and_on_which_text(
    world: World,
) -> None:  # D9
    made = await world.asked(message="Hej")
    token = (await world.mailed(made))["eva"]
    await world.http.post(f"/l/{token}/accept?lang=sv", data={"confirm": "on"}, headers=HTML)
    asked, accepted = await world.trail(tenant_id="100001")
    assert (asked["action"], asked["subject"]) == ("link_requested", f"request:{made['id']}")
    assert (asked["actor"]["user_id"], asked["side"], asked["bureau_id"]) == (
        *("ada", "bureau", "nord"),
    )
    assert asked["facts"] == {"version": 1, "entry_point": "client_manager"}
    assert (accepted["action"], accepted["actor"]["name"]) == ("link_request_accepted", EVA.name)
    assert (accepted["sent_to"], accepted["address"]) == ("eva", "127.0.0.1")
    assert len(accepted["shown_digest"]) == 64
    [link] = (await world.get("/v1/links"))["items"]
    assert accepted["facts"]["link_id"] == link["id"]
    rows = await chain(world)
    seen = rows[-1]["beside"]["shown"]
    for said in ("vill ha åtkomst till Nordkust Åkeri AB", "Jag får bestämma", "Hej", "Bokföring"):
        assert said in seen, said
    assert token not in str(rows)


async def test_what_a_program_accepted_is_kept_as_it_read_it(world: World) -> None:
    made = await world.asked()
    await world.accept((await world.mailed(made))["fia"])
    seen = (await chain(world))[-1]["beside"]["shown"]
    assert '"status":"pending"' in seen
    assert '"purpose":"decide"' in seen


async def test_the_whole_life_is_in_one_chain_that_holds(world: World) -> None:
    made = await world.asked()
    await world.act(made, "resend")
    await world.act(made, "cancel")
    declined = await world.asked()
    await world.decline((await world.mailed(declined))["eva"], "Nej")
    link = (await register(world)).json()
    token = world.manage(link["id"])
    await world.http.post(f"/l/{token}/end", json={"confirm": True}, headers=JSON)
    acts = [(one["action"], one["side"]) for one in await world.trail(tenant_id="100001")]
    assert acts == [
        ("link_requested", "bureau"),
        ("link_request_resent", "bureau"),
        ("link_request_cancelled", "bureau"),
        ("link_requested", "bureau"),
        ("link_request_declined", "client"),
        ("link_registered", "support"),
        ("link_ended", "client"),
    ]
    registered = (await world.trail())[-2]
    assert (registered["actor"]["user_id"], registered["acting_for"]) == ("sam", "Åke Öberg")
    assert [one["seq"] for one in await world.trail()] == list(range(1, 8))
    assert await wrong(world) == []


async def test_many_at_once_make_one_unbroken_chain(world: World) -> None:
    await asyncio.gather(
        world.ask(),
        world.ask(headers=world.user("cia", "syd")),
        register(world, bureau_id="kpmg-1"),
        *[world.ask(headers=world.user("cia", "syd"), tenant_id="100002") for _ in range(3)],
    )
    assert [one["seq"] for one in await world.trail(tenant_id="100001")] == [1, 2, 3]
    assert await wrong(world) == []


async def test_a_bureaus_acts_can_be_listed_over_pages(world: World) -> None:
    for tenant_id in ("100001", "100002", "100004"):
        await world.asked(tenant_id)
    await world.ask(headers=world.user("cia", "syd"))
    found: list[Any] = []
    asked: dict[str, Any] = {"bureau_id": "nord", "limit": 2}
    while True:
        page = await world.get("/v1/audit", headers=world.agent(), **asked)
        found += page["items"]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert [one["tenant_id"] for one in found] == ["100004", "100002", "100001"]


CURSORS = [
    "0001-01-01T00:00:00+23:59/-/1",
    "9999-12-31T23:59:59-23:59/-/1",
    "x",
    "2026/x/1",
    "2026-03-25T00:00:00Z/1",
    "2026-03-25T00:00:00Z/1/1e9",
    "//",
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_made_up_cursor_is_refused(world: World, cursor: str) -> None:
    answer = await world.http.get("/v1/audit", params={"cursor": cursor}, headers=world.agent())
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


async def test_only_support_and_ops_read_the_trail(world: World) -> None:
    for path, readers in (
        ("/v1/audit", (world.agent(), world.operator())),
        ("/v1/ops/linking/audit-chain", (world.operator(),)),
    ):
        for headers in readers:
            assert (await world.http.get(path, headers=headers)).status_code == 200
        assert (await world.http.get(path, headers=world.user())).status_code == 403
        assert (await world.http.get(path)).status_code == 401
    chained = await world.http.get("/v1/ops/linking/audit-chain", headers=world.agent())
    assert chained.status_code == 403


FORBIDDEN = [
    "UPDATE audit_entries SET action = 'x'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries CASCADE",
    "UPDATE audit_persons SET person = '{}'",
    "DELETE FROM audit_persons",
    "INSERT INTO audit_anchors VALUES ('100001', 1, 'x')",
    "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    "DROP TABLE audit_persons",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_runtime_role_can_not_rewrite_the_trail(world: World, statement: str) -> None:
    await world.asked()
    runtime = world.running.settings.database_url.get_secret_value()
    connection = await asyncpg.connect(runtime)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
    assert await wrong(world) == []


REWRITES = [
    ("UPDATE audit_entries SET bureau_id = 'syd' WHERE seq = 1", "was changed"),
    ("UPDATE audit_entries SET at = at + interval '1 second' WHERE seq = 2", "was changed"),
    ('UPDATE audit_persons SET person = person || \'{"name": "X"}\' WHERE seq = 2', "person"),
    ("UPDATE audit_persons SET shown = 'x' WHERE seq = 3", "person"),
    (
        "DELETE FROM audit_persons WHERE seq = 2; DELETE FROM audit_entries WHERE seq = 2",
        "missing",
    ),
]


@pytest.mark.parametrize(("statement", "said"), REWRITES)
async def test_a_rewritten_trail_is_found_out(world: World, statement: str, said: str) -> None:
    made = await world.asked()
    await world.act(made, "resend")
    await world.decline((await world.mailed(made))["eva"])
    assert await wrong(world) == []
    for part in statement.split(";"):
        await world.running.rows(part)
    found = await wrong(world)
    assert any(said in one for one in found), found


async def test_an_erasure_that_nobody_told_of_is_found_out(world: World) -> None:
    made = await world.asked()
    await world.decline((await world.mailed(made))["eva"])
    runtime = world.running.settings.database_url.get_secret_value()
    connection = await asyncpg.connect(runtime)
    try:
        assert await connection.fetchval("SELECT audit_erase_person('eva')") == 1
    finally:
        await connection.close()
    asked, declined = await world.trail()
    assert (asked["erased"], declined["erased"], declined["actor"]) == (False, True, None)
    assert EVA.name not in str(declined)
    assert await wrong(world) == ["1 entries have lost their person, the trail tells of 0"]


async def test_retention_takes_only_what_is_older_than_seven_years(world: World) -> None:
    made = await world.asked()
    await world.act(made, "cancel")
    assert (await world.running.rows("SELECT audit_purge(100) n"))[0]["n"] == 0
    await world.running.rows("UPDATE audit_entries SET at = at - interval '8 years' WHERE seq = 1")
    assert (await world.running.rows("SELECT audit_purge(100) n"))[0]["n"] == 1
    page = await world.get("/v1/ops/linking/audit-chain", headers=world.operator())
    [row] = page["items"]
    entry = Entry(**{**row["entry"], "at": _MOMENT.validate_python(row["entry"]["at"])})
    anchors = {chain: tuple(place) for chain, place in page["anchors"].items()}
    assert Verifier(anchors).check(entry, Beside(**row["beside"])) == []  # type: ignore[arg-type]
    await world.asked()
    assert [one["seq"] for one in await world.trail()] == [2, 3]
