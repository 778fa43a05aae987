"""Leases and their fencing tokens, without a dispatcher."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from chassis.database import Database
from chassis.outbox import Outbox
from koppla.waiting import until
from notifier import drafts, results, storage
from notifier.app import NAME
from notifier.outcomes import Later, Refused, Sent
from notifier.tables import Delivery, chassis
from services.notifier.tests.events import KARIN, requested
from tests.support.harness import Harness

OUTBOX = Outbox(chassis.outbox, NAME)
FIRST = timedelta(seconds=30)
SENT = Sent("0" * 64)
LONG, OVER = timedelta(minutes=1), timedelta(seconds=-1)


@pytest.fixture
async def database(harness: Harness) -> AsyncIterator[Database]:
    """A notifier's database with one mail queued."""
    _, url = await harness.database(NAME)
    database = Database(url)
    async with database.transaction() as session:
        mails = drafts.of_sending(requested(recipients=(KARIN,)))
        await storage.add(session, mails, uuid4(), "b-1", "100001", "koppla.example")
    yield database
    await database.close()


async def _lease(database: Database, term: timedelta) -> list[Delivery]:
    async with database.transaction() as session:
        return list(await storage.lease(session, 10, term))


async def _settle(database: Database, delivery: Delivery, outcome: object) -> str | None:
    async with database.transaction() as session:
        return await results.settle(
            session,
            OUTBOX,
            delivery.id,
            delivery.lease_token,
            outcome,  # type: ignore[arg-type]
            FIRST,
        )


async def _row(database: Database, delivery: Delivery) -> Delivery:
    async with database.transaction() as session:
        row = await session.get(Delivery, delivery.id)
    assert row is not None
    return row


async def test_a_leased_mail_is_nobody_elses(database: Database) -> None:
    [one] = await _lease(database, LONG)
    assert (one.status, one.attempts, one.lease_token) == ("sending", 1, 1)
    assert await _lease(database, LONG) == []


async def test_a_lease_that_ran_out_is_taken_over_with_the_same_message_id(
    database: Database,
) -> None:
    [crashed] = await _lease(database, OVER)
    [taken] = await _lease(database, LONG)
    assert (taken.id, taken.message_id) == (crashed.id, crashed.message_id)
    assert taken.lease_token == crashed.lease_token + 1


@pytest.mark.parametrize("outcome", [SENT, Refused("x"), Later("x")])
async def test_a_result_under_an_old_lease_changes_nothing(
    database: Database, outcome: object
) -> None:
    [paused] = await _lease(database, OVER)
    [taken] = await _lease(database, LONG)
    assert await _settle(database, paused, outcome) is None
    row = await _row(database, taken)
    assert (row.status, row.lease_token) == ("sending", taken.lease_token)
    assert await _settle(database, taken, SENT) == "sent"
    assert await _settle(database, taken, Refused("x")) is None
    assert (await _row(database, taken)).status == "sent"
    async with database.connection() as connection:
        events = (await connection.execute(chassis.outbox.select())).mappings().all()
    assert [event["type"] for event in events] == ["MailSent"]


async def test_only_the_newest_lease_can_be_kept(database: Database) -> None:
    [paused] = await _lease(database, OVER)
    [taken] = await _lease(database, OVER)
    async with database.transaction() as session:
        await storage.prolong(session, [(paused.id, paused.lease_token)], LONG)
    [again] = await _lease(database, OVER)
    async with database.transaction() as session:
        await storage.prolong(session, [(again.id, again.lease_token)], LONG)
    assert await _lease(database, LONG) == []
    assert again.lease_token == taken.lease_token + 1


async def test_a_mail_handed_back_was_not_tried(database: Database) -> None:
    [one] = await _lease(database, LONG)
    async with database.transaction() as session:
        await results.hand_back(session, one.id, one.lease_token)
    row = await _row(database, one)
    assert (row.status, row.attempts) == ("queued", 0)
    assert [d.id for d in await until(lambda: _lease(database, LONG))] == [one.id]


async def test_a_failure_that_may_pass_waits_and_one_at_the_end_is_final(
    database: Database,
) -> None:
    [one] = await _lease(database, LONG)
    assert await _settle(database, one, Later("450 at recipient")) == "queued"
    row = await _row(database, one)
    assert row.last_error == "450 at recipient"
    async with database.transaction() as session:
        row = await session.get_one(Delivery, one.id)
        row.give_up_at = row.due_at
        row.due_at = row.created_at
    [last] = await _lease(database, LONG)
    assert await _settle(database, last, Later("450 at recipient")) == "failed"


def test_waits_double_up_to_an_hour() -> None:
    waits = [results.wait_after(n, FIRST, 1.0).total_seconds() for n in (1, 2, 3, 7, 8, 99)]
    assert waits == [30, 60, 120, 1920, 3600, 3600]
    assert results.wait_after(1, FIRST, 0.0).total_seconds() == 15
