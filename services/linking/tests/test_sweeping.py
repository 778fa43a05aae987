"""Reminders and expiry by sweep: once, however many replicas look (D3, R26)."""

import asyncio
from datetime import timedelta

import pytest

from chassis.outbox import Outbox
from contracts.events.linking import LinkRequestExpired, LinkRequestReminderDue
from linking.sweeper import Sweeper
from linking.tables import chassis
from services.linking.tests.world import EVA, FIA, World, client

WEEK = timedelta(hours=168)
HOUR = timedelta(hours=1)


def replicas(world: World, number: int) -> list[Sweeper]:
    service, settings = world.running.service, world.running.settings
    outbox = Outbox(chassis.outbox, "linking")
    return [
        Sweeper(service.database, outbox, settings.link_ttl, settings.reminder_before)
        for _ in range(number)
    ]


async def test_an_expired_request_is_swept_once_and_its_requester_told(world: World) -> None:  # D4
    made = await world.asked()
    other = await world.asked("100004")
    await world.age(made, WEEK)
    swept = await asyncio.gather(*[one.sweep() for one in replicas(world, 4)])
    assert sum(swept) <= 1  # the service's own replica may have been first
    [event] = await world.published(LinkRequestExpired, 1)
    assert (str(event.request_id), event.decided_by) == (made["id"], None)
    assert event.requester is not None
    assert event.requester.user_id == "ada"
    assert event.decided_at == event.created_at + WEEK
    [row] = await world.running.rows("SELECT status FROM link_requests WHERE tenant_id = '100001'")
    assert row["status"] == "expired"
    assert (await world.shown(other))["status"] == "pending"
    assert await world.sweep() == 0
    assert await world.outbox("LinkRequestExpired") == 1


async def test_one_reminder_with_the_same_links_when_a_day_is_left(world: World) -> None:  # D3
    made = await world.asked()
    tokens = await world.mailed(made)
    await world.age(made, WEEK - 25 * HOUR)
    assert sum(await asyncio.gather(*[one.sweep() for one in replicas(world, 2)])) == 0
    await world.age(made, 2 * HOUR)
    await asyncio.gather(*[one.sweep() for one in replicas(world, 4)])
    [event] = await world.published(LinkRequestReminderDue, 1)
    assert event.window == 1
    assert {one.user_id for one in event.recipients} == {"eva", "fia", "gun"}
    assert event.expires_at - event.sent_at == WEEK
    assert [
        world.sign(event.request_id, one.user_id, one.email, event.window)
        for one in event.recipients
        if one.user_id == "eva"
    ] == [tokens["eva"]]
    assert await world.sweep() == 0
    assert await world.outbox("LinkRequestReminderDue") == 1
    line = (await world.get(f"/v1/link-requests/{made['id']}/events"))["items"]
    assert [one["type"] for one in line] == ["requested", "reminded"]


async def test_a_new_window_has_a_reminder_of_its_own(world: World) -> None:  # D3
    made = await world.asked()
    await world.age(made, WEEK - HOUR)
    await world.sweep()
    await world.published(LinkRequestReminderDue, 1)
    await world.act(made, "resend")
    assert await world.sweep() == 0
    await world.age(made, WEEK - HOUR)
    await world.sweep()
    events = await world.published(LinkRequestReminderDue, 2)
    assert {event.window for event in events} == {1, 2}


@pytest.mark.parametrize("answer", ["accept", "decline", "cancel"])
async def test_what_is_decided_is_neither_reminded_of_nor_expired(
    world: World, answer: str
) -> None:  # D3
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    if answer == "cancel":
        await world.act(made, "cancel")
    else:
        await (world.accept(token) if answer == "accept" else world.decline(token))
    await world.age(made, WEEK + HOUR)
    assert await world.sweep() == 0
    assert await world.outbox("LinkRequestReminderDue") == 0
    assert await world.outbox("LinkRequestExpired") == 0


async def test_who_left_is_not_reminded(world: World) -> None:  # R21
    made = await world.asked()
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    await world.age(made, WEEK - HOUR)
    await world.sweep()
    [event] = await world.published(LinkRequestReminderDue, 1)
    assert [one.user_id for one in event.recipients] == ["fia"]


async def test_where_nobody_is_left_nobody_is_reminded(world: World) -> None:
    made = await world.asked()
    moved = EVA.model_copy(update={"email": "eva@elsewhere.example"})
    await world.directory(client("100001", "Nordkust Nya AB", moved))
    await world.age(made, WEEK - HOUR)
    await world.sweep()
    assert await world.outbox("LinkRequestReminderDue") == 0
    assert await world.sweep() == 0


async def test_of_sweep_and_accept_at_the_last_moment_one_decides(world: World) -> None:  # R26
    for tenant_id in ("100001", "100002", "100004"):
        made = await world.asked(tenant_id)
        token = (await world.mailed(made))["eva"]
        await world.age(made, WEEK)
        accepted, _ = await asyncio.gather(world.accept(token), world.sweep())
        assert (accepted.status_code, accepted.json()["code"]) == (410, "LINK_EXPIRED")
    await world.published(LinkRequestExpired, 3)
    assert await world.running.rows("SELECT 1 FROM links") == []
