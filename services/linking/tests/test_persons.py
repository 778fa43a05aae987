"""One person's data in linking: shown as a whole, erased where no law keeps it."""

from typing import Any

import httpx

from contracts.events.linking import LinkRequestCancelled
from contracts.events.notifier import MailSent
from contracts.topics import DIRECTORY_CLIENTS
from koppla.waiting import until
from services.linking.tests.test_audit import wrong
from services.linking.tests.test_mail_states import news
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


async def test_an_erasure_takes_the_time_line_and_what_is_kept_of_the_deleted(
    world: World,
) -> None:
    made = await world.asked()
    await world.broker.publish(news(made, MailSent))
    told = "SELECT text FROM request_events WHERE user_id = 'eva'"
    await until(lambda: world.running.rows(told), what="the mail in the time line")
    for tenant_id in ("100001", "100002", "100004"):
        await world.gone(DIRECTORY_CLIENTS, tenant_id, "clients", "tenant_id")
    assert {"clients", "time_line"} <= set(await held(world))
    answer = await erase(world)
    assert answer.status_code == 200, answer.text
    erased = answer.json()["erased"]
    assert (erased["time_line"], erased["deleted_clients"]) == (1, 3)
    assert [row["text"] for row in await world.running.rows(told)] == ["–"]
    assert not {"clients", "time_line"} & set(await held(world))
    again = await erase(world)
    assert set(again.json()["erased"].values()) == {0}


async def test_nobody_is_mailed_at_the_address_of_the_erased(world: World) -> None:
    made = await world.asked()
    for tenant_id in ("100001", "100002", "100004"):
        await world.directory(client(tenant_id, f"Ny {tenant_id}", FIA))
    assert (await erase(world)).status_code == 200
    await world.gone(DIRECTORY_CLIENTS, made["tenant_id"], "clients", "tenant_id")
    [cancelled] = await world.published(LinkRequestCancelled, 1)
    assert cancelled.recipients
    assert "invalid.example" not in str(cancelled)


async def test_a_dead_letter_that_names_her_is_emptied_however_it_is_spelt(world: World) -> None:
    for spelt in ('{"user_id": "eva", "name"', '{"user_id":"eva","name"'):
        await world.broker.publish_raw(DIRECTORY_CLIENTS, b"9", spelt.encode())
    values = "SELECT value FROM dead_letters"

    async def buried() -> bool:
        return len(await world.running.rows(values)) == 2

    await until(buried, what="two dead letters")
    for tenant_id in ("100001", "100002", "100004"):
        await world.directory(client(tenant_id, f"Ny {tenant_id}", FIA))
    assert (await erase(world)).json()["erased"]["dead_letters"] == 2
    assert [row["value"] for row in await world.running.rows(values)] == [None, None]
