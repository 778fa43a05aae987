"""/v1/ops/linking/exclusions: rules are data that ops change; they hold at once (R11-R14)."""

import asyncio

import asyncpg
import pytest

from contracts.events.linking import BureauEligibility
from koppla.waiting import until
from services.linking.tests.world import ADA, BO, World, bureau

PATH = "/v1/ops/linking/exclusions"


async def change(world: World, path: str, kind: str, value: str) -> list[dict[str, str]]:
    body = {"kind": kind, "value": value}
    answer = await world.http.post(path, json=body, headers=world.operator())
    assert answer.status_code == 200, answer.text
    items: list[dict[str, str]] = answer.json()["items"]
    return items


async def said(world: World) -> list[tuple[str, bool, str | None]]:
    """What was ever written to be published of Nord, in order."""
    events = await world.broker.events(BureauEligibility)
    found = sorted((e for e in events if e.bureau_id == "nord"), key=lambda e: e.version)
    return [(e.bureau_id, e.eligible, e.reason) for e in found]


@pytest.mark.parametrize(
    ("kind", "value"),
    [("bureau", "nord"), ("group", "  norr I samverkan ")],
)
async def test_a_rule_holds_from_its_adding_to_its_removal(
    world: World, kind: str, value: str
) -> None:  # R12
    if kind == "group":
        await world.directory(bureau("nord", "Nord i kedja", ADA, BO, group="Norr i Samverkan"))
    before = (await world.get(PATH, headers=world.operator()))["items"]
    items = await change(world, PATH, kind, value)
    [added] = [one for one in items if one not in before]
    assert (added["kind"], added["value"]) == (kind, value.strip())
    assert added["added_at"].endswith("Z")
    answer = await world.ask()
    assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED")
    assert (await world.get("/v1/eligibility"))["reason"] == "BUREAU_EXCLUDED"
    assert await change(world, f"{PATH}/remove", kind, value) == before
    assert (await world.ask()).status_code == 201
    await world.published(BureauEligibility, 5)
    assert [one[1] for one in await said(world)] == [True, False, True]


async def test_multi_company_setups_can_be_let_in_by_data(world: World) -> None:  # R11
    await world.directory(bureau("nord", "Flerbolag", ADA, multi_company_setup=True))
    assert (await world.ask()).json()["code"] == "BUREAU_EXCLUDED"
    await change(world, f"{PATH}/remove", "multi_company_setup", "true")
    assert (await world.ask()).status_code == 201
    await change(world, PATH, "multi_company_setup", "true")
    assert (await world.ask()).json()["code"] == "BUREAU_EXCLUDED"


async def test_adding_and_removing_again_is_harmless(world: World) -> None:
    first = await change(world, PATH, "bureau", "nord")
    assert await change(world, PATH, "bureau", "nord") == first
    await change(world, f"{PATH}/remove", "bureau", "nord")
    await change(world, f"{PATH}/remove", "bureau", "nord")
    acts = [one["action"] for one in await world.trail() if one["tenant_id"] is None]
    assert acts == ["exclusion_added", "exclusion_removed"]
    # The three of the start, and one for each change.
    assert await world.outbox("BureauEligibility") == 5


async def test_the_trail_says_who_changed_a_rule(world: World) -> None:  # D9
    await change(world, PATH, "group", "Ny Kedja")
    [entry] = await world.trail()
    assert (entry["subject"], entry["facts"]) == (
        "exclusion:group:ny kedja",
        {"kind": "group", "value": "ny kedja"},
    )
    assert (entry["actor"]["user_id"], entry["side"]) == ("olle", "support")


BAD = [
    {"kind": "group"},
    {"kind": "group", "value": "  "},
    {"kind": "planet", "value": "x"},
    {"kind": "multi_company_setup", "value": "perhaps"},
    {"kind": "multi_company_setup", "value": "false"},
    {"kind": "group", "value": "x\x00"},
    {"kind": "group", "value": "x", "more": 1},
]


@pytest.mark.parametrize("body", BAD)
async def test_a_wrong_rule_changes_nothing(world: World, body: dict[str, object]) -> None:
    before = await world.get(PATH, headers=world.operator())
    for path in (PATH, f"{PATH}/remove"):
        answer = await world.http.post(path, json=body, headers=world.operator())
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert await world.get(PATH, headers=world.operator()) == before


async def test_only_ops_see_and_change_rules(world: World) -> None:
    for headers in (world.user(), world.agent()):
        body = {"kind": "bureau", "value": "nord"}
        for answer in (
            await world.http.get(PATH, headers=headers),
            await world.http.post(PATH, json=body, headers=headers),
            await world.http.post(f"{PATH}/remove", json=body, headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_changes_at_once_end_in_what_the_rules_say(world: World) -> None:
    await asyncio.gather(
        *[
            change(world, PATH if n % 2 == 0 else f"{PATH}/remove", "bureau", "nord")
            for n in range(8)
        ]
    )
    [row] = await world.running.rows(
        "SELECT eligible, (SELECT count(*) FROM exclusion_rules WHERE kind = 'bureau') rules"
        " FROM bureau_eligibility WHERE bureau_id = 'nord'"
    )
    assert row["eligible"] is (row["rules"] == 0)


async def test_a_create_that_waited_for_an_exclusion_obeys_it(world: World) -> None:  # R13
    """As a bureau's record is taken: its row first, its eligibility second, in one transaction."""
    connection = await asyncpg.connect(world.running.owner_url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE bureaus SET name = name WHERE bureau_id = 'nord'")
        await connection.execute(
            "UPDATE bureau_eligibility SET eligible = false, reason = 'BUREAU_EXCLUDED'"
            " WHERE bureau_id = 'nord'"
        )
        asking = asyncio.create_task(world.ask())

        async def waits() -> bool:
            question = "SELECT 1 FROM pg_locks WHERE NOT granted"
            return bool(await world.running.rows(question))

        await until(waits, what="the create to wait")
        await transaction.commit()
        answer = await asking
    finally:
        await connection.close()
    assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED")
    assert await world.outbox("LinkRequested") == 0
