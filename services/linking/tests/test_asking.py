"""POST /v1/link-requests and GET /v1/eligibility, through HTTP."""

import asyncio
from datetime import datetime, timedelta

import pytest

from contracts.events.linking import LinkRequested, LinkRequestExpired
from koppla.waiting import until
from services.linking.tests.world import ADA, ADMINS, BO, EVA, NORD, World, bureau, client

WEEK = timedelta(hours=168)


async def test_all_system_admins_and_nobody_else_are_asked(world: World) -> None:  # R21
    made = await world.asked(message="Välkommen, Å Ä Ö!", entry_point="digital_bureau")
    [event] = await world.published(LinkRequested, 1)
    assert [one.user_id for one in event.recipients] == [one.user_id for one in ADMINS]
    assert [one.locale for one in event.recipients] == ["sv", "en", "sv"]
    assert event.requester is not None
    assert event.requester.email == ADA.email
    assert (event.bureau_name, event.bureau_org_number) == (NORD.name, "556469-6291")
    assert (event.message, event.window, event.version) == ("Välkommen, Å Ä Ö!", 1, 1)
    assert event.expires_at - event.sent_at == WEEK
    assert [r["masked_email"] for r in made["recipients"]] == [
        "e***@nordkust.example",
        "f***@nordkust.example",
        "g***@nordkust.example",
    ]
    assert {r["mail"] for r in made["recipients"]} == {"queued"}


@pytest.mark.parametrize("entry_point", ["client_manager", "digital_bureau"])
async def test_the_entry_point_is_recorded(world: World, entry_point: str) -> None:  # R9
    made = await world.asked(entry_point=entry_point)
    assert made["entry_point"] == entry_point
    assert (await world.get(f"/v1/link-requests/{made['id']}"))["entry_point"] == entry_point


async def test_a_request_says_who_asked_and_until_when(world: World) -> None:  # R26
    answer = await world.ask(headers=world.user("bo", "nord", "consultant"))
    made = answer.json()
    assert answer.headers["location"] == f"/v1/link-requests/{made['id']}"
    assert made["requested_by"] == {"user_id": "bo", "name": BO.name, "side": "bureau"}
    ends = datetime.fromisoformat(made["expires_at"])
    assert ends - datetime.fromisoformat(made["created_at"]) == WEEK
    assert made["decided_at"] is None


async def test_only_users_of_the_bureau_may_ask(world: World) -> None:  # R2
    anonymous = await world.http.post("/v1/link-requests", json={})
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "UNAUTHENTICATED")
    for headers in (
        world.user("sam", None, "support_agent"),
        world.user("ops", None, "ops"),
        world.user("eva", "nord"),  # not among the bureau's users
        world.user("cia", "nord"),  # another bureau's
        world.user("ada", "unknown"),
        world.user("ada", None),
        world.user("ada", "nord", "platform"),
    ):
        answer = await world.ask(headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert await world.outbox("LinkRequested") == 0


async def test_who_left_the_bureau_may_no_longer_ask(world: World) -> None:
    await world.directory(bureau("nord", NORD.name, BO))
    answer = await world.ask()
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_an_excluded_bureau_is_refused_before_the_client_is_looked_up(
    world: World,
) -> None:  # R13
    kim = world.user("kim", "kpmg-1")
    for tenant_id in ("100001", "999999"):
        answer = await world.ask(tenant_id, headers=kim)
        assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED")
    assert await world.outbox("LinkRequested") == 0
    eligibility = await world.get("/v1/eligibility", headers=kim, tenant_id="999999")
    assert (eligibility["eligible"], eligibility["reason"]) == (False, "BUREAU_EXCLUDED")


async def test_an_unknown_or_deleted_client_is_not_found(world: World) -> None:  # R1
    await world.broker.publish_raw(client("1", "x").topic, b"100004", None)
    deleted = "SELECT 1 FROM clients WHERE tenant_id = '100004' AND deleted_at IS NOT NULL"
    await until(lambda: world.running.rows(deleted))
    for tenant_id in ("999999", "100004"):
        answer = await world.ask(tenant_id)
        assert (answer.status_code, answer.json()["code"]) == (404, "CLIENT_NOT_FOUND")


async def test_without_a_system_admin_nothing_is_pending(world: World) -> None:  # R22
    answer = await world.ask("100003")
    assert (answer.status_code, answer.json()["code"]) == (422, "NO_SYSTEM_ADMIN")
    assert "https://koppla.example/blanketter" in answer.json()["detail"]
    assert (await world.get("/v1/link-requests"))["items"] == []
    assert await world.outbox("LinkRequested") == 0


async def test_a_second_request_points_to_the_first(world: World) -> None:  # D5
    made = await world.asked()
    answer = await world.ask(headers=world.user("bo", "nord", "consultant"))
    assert (answer.status_code, answer.json()["code"]) == (409, "DUPLICATE_REQUEST")
    assert answer.headers["location"] == f"/v1/link-requests/{made['id']}"


async def test_a_linked_client_cannot_be_asked_again(world: World) -> None:  # D5
    made = await world.asked()
    assert (await world.accept((await world.mailed(made))["eva"])).status_code == 200
    answer = await world.ask()
    assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_LINKED")
    said = await world.get("/v1/eligibility", tenant_id="100001")
    assert (said["eligible"], said["reason"]) == (False, "ALREADY_LINKED")


async def test_clicks_at_once_make_one_request(world: World) -> None:  # R20
    answers = await asyncio.gather(*[world.ask() for _ in range(8)])
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    assert await world.outbox("LinkRequested") == 1


async def test_after_expiry_the_bureau_asks_again_at_once(world: World) -> None:  # R27
    first = await world.asked()
    token = (await world.mailed(first))["eva"]
    await world.age(first, WEEK)
    second = await world.asked()
    [expired] = await world.published(LinkRequestExpired, 1)
    assert (str(expired.request_id), expired.version) == (first["id"], 2)
    assert expired.decided_by is None
    assert second["version"] == 3
    dead = await world.accept(token)
    assert (dead.status_code, dead.json()["code"]) == (410, "LINK_EXPIRED")
    assert (await world.get(f"/v1/link-requests/{second['id']}"))["status"] == "pending"
    line = await world.get(f"/v1/link-requests/{first['id']}/events")
    assert [one["type"] for one in line["items"]] == ["requested", "expired"]


async def test_eligibility_says_what_asking_would_say(world: World) -> None:
    async def said(**query: str) -> tuple[bool, str | None]:
        found = await world.get("/v1/eligibility", **query)
        return found["eligible"], found["reason"]

    assert await said() == (True, None)
    assert await said(tenant_id="100001") == (True, None)
    assert await said(tenant_id="999999") == (False, "CLIENT_NOT_FOUND")
    assert await said(tenant_id="100003") == (False, "NO_SYSTEM_ADMIN")
    made = await world.asked()
    assert await said(tenant_id="100001") == (False, "DUPLICATE_REQUEST")
    await world.age(made, WEEK)
    assert await said(tenant_id="100001") == (True, None)


async def test_the_recipients_are_those_of_the_moment(world: World) -> None:  # R21
    await world.directory(client("100001", "Nordkust Åkeri AB", EVA))
    made = await world.asked()
    assert [one["name"] for one in made["recipients"]] == [EVA.name]


async def test_a_retried_post_is_done_once_and_answered_alike(world: World) -> None:  # R20
    key = {"idempotency-key": "abc-1"}
    first = await world.ask(headers=key)
    again = await world.ask(headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert await world.outbox("LinkRequested") == 1
    # Another caller's key of the same name is another key.
    other = await world.ask(headers={**key, **world.user("bo", "nord", "consultant")})
    assert other.status_code == 409


async def test_twins_in_flight_get_one_answer(world: World) -> None:  # R20
    key = {"idempotency-key": "twin"}
    answers = await asyncio.gather(*[world.ask(headers=key) for _ in range(5)])
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert await world.outbox("LinkRequested") == 1


async def test_a_key_of_another_body_is_refused(world: World) -> None:
    key = {"idempotency-key": "k"}
    await world.asked(headers=key)
    answer = await world.ask("100002", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_refusal_is_not_kept_under_its_key(world: World) -> None:
    key = {"idempotency-key": "k"}
    assert (await world.ask("100003", headers=key)).status_code == 422
    await world.directory(client("100003", "Utan admin AB", EVA))
    assert (await world.ask("100003", headers=key)).status_code == 201
