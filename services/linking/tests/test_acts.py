"""What operators do is in the audit trail, whichever of the ops API's routes they take (D9)."""

from typing import Any

from contracts.events.directory import ClientRecord
from koppla.waiting import until
from services.linking.tests.test_audit import wrong
from services.linking.tests.world import World

OPS = "/v1/ops/linking"


async def _entries(world: World, action: str) -> list[dict[str, Any]]:
    return [one for one in await world.trail() if one["action"] == action]


async def _post(world: World, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await world.http.post(f"{OPS}/{path}", json=body, headers=world.operator())
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def test_a_persons_export_is_entered_without_her_name(world: World) -> None:
    await world.get(f"{OPS}/persons/eva", headers=world.operator())
    [entry] = await _entries(world, "person_exported")
    assert (entry["subject"], entry["actor"]["user_id"]) == ("person", "olle")
    assert "eva" not in str(entry)


async def test_every_page_of_a_replay_that_publishes_is_entered(world: World) -> None:
    await world.mailed(await world.asked())
    body: dict[str, Any] = {"snapshot": False, "key": "nord:100001"}
    while True:
        done = await _post(world, "replay", body)
        if done["next_cursor"] is None:
            break
        body["cursor"] = done["next_cursor"]
    begun = await _entries(world, "events_replayed")
    assert {str(entry["facts"]) for entry in begun} == {
        str({"key": "nord:100001", "snapshot": False})
    }

    async def published() -> bool:
        unsent = "SELECT 1 FROM outbox WHERE published_at IS NULL"
        return not await world.running.rows(unsent)

    await until(published, what="what was replayed to be published")
    await _post(world, "replay", {"snapshot": False, "cursor": "events:0:999999"})
    assert len(await _entries(world, "events_replayed")) == len(begun) + 1


async def test_a_bureau_that_was_mended_is_entered(world: World) -> None:
    heard = {"bureau_id": "nord", "eligible": False, "reason": None, "version": 7}
    await _post(world, "mend-bureau", heard)
    [entry] = await _entries(world, "bureau_mended")
    assert (entry["subject"], entry["facts"]["version"]) == ("bureau:nord", 8)


async def test_what_is_done_with_a_dead_letter_is_entered(world: World) -> None:
    await world.broker.publish_raw(ClientRecord.topic, b"100009", b"{broken")

    async def letters() -> list[dict[str, Any]]:
        found = await world.get(f"{OPS}/dead-letters", headers=world.operator())
        return list(found["items"])

    [letter] = await until(letters, what="the dead letter")
    await _post(world, f"dead-letters/{letter['id']}/retry", {"reason": "Rättat"})
    await _post(world, f"dead-letters/{letter['id']}/discard", {"reason": "Skräp"})
    [retried] = await _entries(world, "dead_letter_retried")
    [discarded] = await _entries(world, "dead_letter_discarded")
    assert (retried["facts"]["reason"], retried["facts"]["status"]) == ("Rättat", "open")
    assert (discarded["subject"], discarded["facts"]["reason"]) == (
        f"letter:{letter['id']}",
        "Skräp",
    )
    assert await wrong(world) == []
