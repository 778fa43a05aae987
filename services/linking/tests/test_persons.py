"""One person's data in linking: shown as a whole, erased where no law keeps it."""

from typing import Any

import httpx

from services.linking.tests.test_audit import wrong
from services.linking.tests.world import EVA, FIA, World, client

PATH = "/v1/ops/linking/persons/eva"


async def erase(world: World, reason: str = "Begäran 2026-17") -> httpx.Response:
    return await world.http.post(f"{PATH}/erase", json={"reason": reason}, headers=world.operator())


async def held(world: World) -> dict[str, list[dict[str, Any]]]:
    shown = await world.get(PATH, headers=world.operator())
    return {name: rows for name, rows in shown["held"].items() if rows}


async def test_an_export_holds_all_that_names_the_person(world: World) -> None:
    made = await world.asked()
    await world.accept((await world.mailed(made))["eva"])
    found = await held(world)
    assert set(found) == {
        *("clients", "link_requests", "recipients", "request_events", "links", "audit_trail"),
        "outbox",
    }
    assert found["recipients"][0]["email"] == EVA.email
    assert found["audit_trail"][0]["person"]["address"] == "127.0.0.1"
    assert '"status":"pending"' in found["audit_trail"][0]["shown"]
    assert [one["id"] for one in found["link_requests"]] == [made["id"]]


async def test_who_is_in_the_directory_is_not_erased(world: World) -> None:
    await world.asked()
    before = await held(world)
    answer = await erase(world)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "user_id")
    assert await held(world) == before


async def test_an_erasure_takes_what_no_law_keeps_and_is_entered_without_a_name(
    world: World,
) -> None:  # D9
    made = await world.asked()
    await world.accept((await world.mailed(made))["eva"])
    for tenant_id in ("100001", "100002", "100004"):
        await world.directory(client(tenant_id, f"Ny {tenant_id}", FIA))
    answer = await erase(world)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["erased"]["recipients"], answer.json()["erased"]["audit_trail"]) == (1, 1)
    found = await held(world)
    assert EVA.email not in str(found["recipients"])
    assert "audit_trail" not in found
    assert found["links"][0]["accepted_by"]["name"] == EVA.name  # kept as accounting records are
    assert await wrong(world) == []
    [entry] = [one for one in await world.trail() if one["action"] == "person_erased"]
    assert (entry["actor"]["user_id"], entry["facts"]["reason"]) == ("olle", "Begäran 2026-17")
    assert "eva" not in str(entry).lower()
    again = await erase(world)
    assert (again.status_code, set(again.json()["erased"].values())) == (200, {0})
    assert len([one for one in await world.trail() if one["action"] == "person_erased"]) == 1


async def test_only_ops_see_and_erase_a_person(world: World) -> None:
    for headers, status in ((world.agent(), 403), (world.user(), 403), ({}, 401)):
        assert (await world.http.get(PATH, headers=headers)).status_code == status
        answer = await world.http.post(f"{PATH}/erase", json={"reason": "x"}, headers=headers)
        assert answer.status_code == status
    unknown = await world.http.get("/v1/ops/linking/persons/a%20b", headers=world.operator())
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")
    empty = await erase(world, " ")
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "reason")
