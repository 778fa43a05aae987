"""POST /v1/link-requests/{id}/cancel and /resend: what a bureau does with what it sent."""

import asyncio
from datetime import timedelta

import pytest

from contracts.events.directory import SystemAdmin
from contracts.events.linking import LinkRequestCancelled, LinkRequestResent
from services.linking.tests.world import ADA, ADMINS, BO, EVA, FIA, GUN, World, bureau, client

WEEK = timedelta(hours=168)
SECOND = timedelta(seconds=1)
NY = SystemAdmin(user_id="ny", name="Ny Admin", email="ny@nordkust.example")


async def test_a_cancelled_request_is_dead_at_once_and_its_admins_are_told(
    world: World,
) -> None:  # D2, D4
    made = await world.asked()
    tokens = await world.mailed(made)
    answer = await world.act(made, "cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json() == await world.shown(made)
    [event] = await world.published(LinkRequestCancelled, 1)
    assert (event.reason, {one.user_id for one in event.recipients}) == (
        None,
        {"eva", "fia", "gun"},
    )
    assert event.decided_by is not None
    assert (event.decided_by.user_id, event.decided_by.side) == ("ada", "bureau")
    late = await world.accept(tokens["eva"])
    assert (late.status_code, late.json()["request_status"]) == (409, "cancelled")
    assert (await world.page(tokens["eva"])).json()["status"] == "cancelled"
    assert (await world.ask()).status_code == 201


async def test_cancelling_again_is_harmless(world: World) -> None:  # D2
    made = await world.asked()
    answers = await asyncio.gather(*[world.act(made, "cancel") for _ in range(5)])
    assert {one.status_code for one in answers} == {200}
    assert {one.json()["version"] for one in answers} == {made["version"] + 1}
    assert await world.outbox("LinkRequestCancelled") == 1


async def test_an_accepted_request_can_neither_be_cancelled_nor_sent_again(world: World) -> None:
    made = await world.asked()
    await world.accept((await world.mailed(made))["eva"])
    for act in ("cancel", "resend"):
        answer = await world.act(made, act)
        assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_DECIDED")
        assert answer.json()["decided_by"]["user_id"] == "eva"


async def test_of_accept_and_cancel_at_once_exactly_one_happens(world: World) -> None:  # R32
    for _ in range(10):
        made = await world.asked()
        token = (await world.mailed(made))["eva"]
        accepted, cancelled = await asyncio.gather(world.accept(token), world.act(made, "cancel"))
        assert {accepted.status_code, cancelled.status_code} == {200, 409}
        links = await world.get("/v1/links", status="active")
        assert len(links["items"]) == (accepted.status_code == 200)
        for link in links["items"]:
            await world.http.post(f"/v1/links/{link['id']}/end", headers=world.user())


async def test_a_resend_reaches_the_admins_of_now_with_new_links(world: World) -> None:  # D2
    made = await world.asked()
    old = await world.mailed(made)
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA, NY))
    await world.age(made, WEEK - timedelta(hours=1))
    answer = await world.act(made, "resend")
    assert answer.status_code == 200
    assert {one["name"] for one in answer.json()["recipients"]} == {FIA.name, NY.name}
    [event] = await world.published(LinkRequestResent, 1)
    assert (event.window, {one.user_id for one in event.recipients}) == (2, {"fia", "ny"})
    assert event.expires_at - event.sent_at == WEEK
    assert (await world.accept(old["eva"])).json()["code"] == "NOT_A_SYSTEM_ADMIN"
    new = world.sign(made["id"], "ny", NY.email, window=2)
    assert (await world.page(new)).json()["expires_at"] == answer.json()["expires_at"]
    assert (await world.accept(new)).status_code == 200


async def test_each_link_is_good_for_its_own_168_hours(world: World) -> None:  # D2, R26
    made = await world.asked()
    old = await world.mailed(made)
    await world.age(made, WEEK - timedelta(hours=1))
    await world.act(made, "resend")
    assert (await world.page(old["eva"])).status_code == 200
    await world.age(made, timedelta(hours=2))
    gone = await world.accept(old["eva"])
    assert (gone.status_code, gone.json()["code"]) == (410, "LINK_EXPIRED")
    new = world.sign(made["id"], "eva", EVA.email, window=2)
    assert (await world.accept(new)).status_code == 200


async def test_a_corrected_address_gets_mail_at_a_resend_and_only_there(world: World) -> None:  # D7
    made = await world.asked()
    moved = EVA.model_copy(update={"email": "eva@ratt.example"})
    await world.directory(client("100001", "Nordkust Nya AB", moved))
    unsent = world.sign(made["id"], "eva", moved.email)
    assert (await world.page(unsent)).status_code == 200  # an admin, at the address it names
    await world.act(made, "resend")
    [event] = await world.published(LinkRequestResent, 1)
    assert [one.email for one in event.recipients] == [moved.email]


async def test_an_expired_request_can_not_be_sent_again(world: World) -> None:  # R27
    made = await world.asked()
    await world.age(made, WEEK)
    answer = await world.act(made, "resend")
    assert (answer.status_code, answer.json()["request_status"]) == (409, "expired")
    assert (await world.act(made, "cancel")).json()["code"] == "ALREADY_DECIDED"
    assert (await world.ask()).status_code == 201


async def test_an_excluded_bureaus_pending_request_may_be_accepted_but_not_sent_again(
    world: World,
) -> None:  # D11
    made = await world.asked()
    await world.directory(bureau("nord", "Nord i kedja", ADA, BO, group="KPMG"))
    answer = await world.act(made, "resend")
    assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED")
    assert (await world.accept((await world.mailed(made))["eva"])).status_code == 200


async def test_a_resend_to_nobody_points_to_the_paper_form(world: World) -> None:  # R22
    made = await world.asked()
    await world.directory(client("100001", "Nordkust Tom AB"))
    answer = await world.act(made, "resend")
    assert (answer.status_code, answer.json()["code"]) == (422, "NO_SYSTEM_ADMIN")
    assert "/blanketter" in answer.json()["detail"]


async def test_a_retried_resend_sends_once(world: World) -> None:  # R20
    made = await world.asked()
    key = {"idempotency-key": "again-1"}
    answers = await asyncio.gather(*[world.act(made, "resend", key) for _ in range(4)])
    assert {one.status_code for one in answers} == {200}
    assert all(one.json() == answers[0].json() for one in answers)
    assert await world.outbox("LinkRequestResent") == 1


@pytest.mark.parametrize("act", ["cancel", "resend"])
async def test_another_bureaus_request_is_not_there(world: World, act: str) -> None:
    made = await world.asked()
    foreign = await world.act(made, act, world.user("cia", "syd"))
    unknown = await world.act({"id": "nope"}, act)
    for answer in (foreign, unknown):
        assert (answer.status_code, answer.json()["code"]) == (404, "REQUEST_NOT_FOUND")
    support = await world.act(made, act, world.agent())
    assert (support.status_code, support.json()["code"]) == (403, "FORBIDDEN")
    assert (await world.shown(made))["status"] == "pending"


async def test_a_consultant_may_cancel_what_a_colleague_sent(world: World) -> None:
    made = await world.asked()
    answer = await world.act(made, "cancel", world.user("bo", "nord", "consultant"))
    assert (answer.status_code, answer.json()["decided_by"]["user_id"]) == (200, "bo")


async def test_who_left_the_client_is_not_told_of_its_affairs(world: World) -> None:  # R21
    made = await world.asked()
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA, GUN))
    await world.act(made, "cancel")
    [event] = await world.published(LinkRequestCancelled, 1)
    assert {one.user_id for one in event.recipients} == {"fia", "gun"}
    assert {one.user_id for one in ADMINS} == {"eva", "fia", "gun"}
