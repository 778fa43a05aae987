"""Retrying and discarding dead letters, against the real database and broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer
from chassis.dead_letter_desk import By, Desk
from chassis.problems import Refused
from contracts.envelope import Envelope, uuid7
from contracts.problem_codes import Code
from koppla.waiting import until
from tests.support.harness import Broker
from tests.support.sample import NOTES, STATES, Noted, Sample, State, chassis, note

TEXTS = "SELECT text FROM notes ORDER BY id"
LETTERS = "SELECT status FROM dead_letters ORDER BY arrival"
OLLE = By("olle", "Rättat")


def _note(text: str, about: str = "a", number: int = 0) -> Noted:
    return Noted(about=about, text=text, number=number)


def _poison(text: str, about: str = "a") -> Noted:
    """The database refuses it until `_mend`."""
    return _note(text, about, number=13)


async def _as_owner(sample: Sample, statement: str) -> None:
    owner = await asyncpg.connect(sample.database.url.replace("sample_runtime", "sample_owner"))
    try:
        await owner.execute(statement)
    finally:
        await owner.close()


async def _mend(sample: Sample) -> None:
    await _as_owner(sample, "ALTER TABLE notes DROP CONSTRAINT notes_number_check")


def _desk(consumer: Consumer) -> Desk:
    return Desk(chassis.dead_letters, chassis.dead_letter_acts, consumer.handlers, consumer.applier)


@asynccontextmanager
async def _consuming(
    sample: Sample, *, in_order: bool = False, handler: Any = note
) -> AsyncIterator[Desk]:
    consumer = sample.consumer(handler)
    if in_order:
        consumer.keep_order(NOTES)
    await consumer.start()
    try:
        yield _desk(consumer)
    finally:
        await consumer.stop()


async def _has(sample: Sample, sql: str, *expected: Any) -> None:
    async def so() -> bool:
        return await sample.column(sql) == list(expected)

    await until(so, what=f"{expected}")


async def _letters(sample: Sample, number: int) -> list[UUID]:
    async def enough() -> Any:
        ids = await sample.column("SELECT id FROM dead_letters ORDER BY arrival")
        return ids if len(ids) >= number else None

    return list(await until(enough, what=f"{number} dead letters"))


async def _retry(sample: Sample, desk: Desk, letter: UUID) -> Any:
    async with sample.database.transaction() as session:
        return await desk.retry(session, letter, OLLE)


async def _discard(sample: Sample, desk: Desk, letter: UUID) -> Any:
    async with sample.database.transaction() as session:
        return await desk.discard(session, letter, OLLE)


async def test_a_retried_event_takes_effect_once_however_often_it_is_asked_for(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample) as desk:
        await broker.publish(_poison("1"), _note("2", "b"))
        [letter] = await _letters(sample, 1)
        await _has(sample, TEXTS, "2")
        await _mend(sample)
        answers = await asyncio.gather(*(_retry(sample, desk, letter) for _ in range(8)))
    assert {answer["status"] for answer in answers} == {"retried"}
    assert await sample.column(TEXTS) == ["2", "1"]
    [row] = await sample.rows("SELECT * FROM dead_letters")
    assert (row["settled_by"], row["reason"], row["attempts"]) == ("olle", "Rättat", 1)
    assert row["settled_at"] is not None
    acts = await sample.rows("SELECT action, by, reason, outcome FROM dead_letter_acts")
    said = {"action": "retry", "by": "olle", "reason": "Rättat", "outcome": "retried"}
    assert [dict(act) for act in acts] == [said]


async def test_what_fails_again_stays_open_and_leaves_nothing_half_done(
    sample: Sample, broker: Broker
) -> None:
    async def half(session: AsyncSession, event: Noted) -> None:
        await note(session, event.model_copy(update={"number": 0}))
        await note(session, event)

    async with _consuming(sample, handler=half) as desk:
        await broker.publish(_poison("1"))
        [letter] = await _letters(sample, 1)
        answer = await _retry(sample, desk, letter)
    assert (answer["status"], answer["attempts"]) == ("open", 2)
    assert await sample.column(TEXTS) == []
    [act] = await sample.rows("SELECT outcome, error FROM dead_letter_acts")
    assert act["outcome"] == "failed"
    assert "IntegrityError" in act["error"]


async def test_acts_can_be_added_and_not_changed(sample: Sample, broker: Broker) -> None:
    async with _consuming(sample) as desk:
        await broker.publish(_poison("1"))
        [letter] = await _letters(sample, 1)
        await _discard(sample, desk, letter)
    for statement in ("UPDATE dead_letter_acts SET by = 'x'", "DELETE FROM dead_letter_acts"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sample.rows(statement)
    await sample.rows("DELETE FROM dead_letters")
    assert await sample.column("SELECT 1 FROM dead_letter_acts") == []


async def test_an_event_is_not_retried_before_an_older_one_of_its_key(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample) as desk:
        await broker.publish(_poison("1"), _poison("2"), _poison("other", "b"))
        await _letters(sample, 3)
        ids = await sample.column(
            "SELECT id FROM dead_letters ORDER BY convert_from(key, 'UTF8'), arrival"
        )
        await _mend(sample)
        with pytest.raises(Refused) as refused:
            await _retry(sample, desk, ids[1])
        assert refused.value.code is Code.OLDER_LETTER_OPEN
        assert str(ids[0]) in (refused.value.detail or "")
        for letter in (ids[2], ids[0], ids[1]):
            assert (await _retry(sample, desk, letter))["status"] == "retried"
    assert await sample.column(TEXTS) == ["other", "1", "2"]


async def test_what_was_settled_in_another_way_stays_so(sample: Sample, broker: Broker) -> None:
    async with _consuming(sample) as desk:
        await broker.publish(_poison("1", "a"), _poison("2", "b"))
        one, other = await _letters(sample, 2)
        await _mend(sample)
        assert (await _discard(sample, desk, one))["status"] == "discarded"
        assert (await _discard(sample, desk, one))["status"] == "discarded"
        assert (await _retry(sample, desk, other))["status"] == "retried"
        for act, letter in ((_retry, one), (_discard, other)):
            with pytest.raises(Refused) as refused:
                await act(sample, desk, letter)
            assert refused.value.code is Code.LETTER_SETTLED
        with pytest.raises(Refused) as refused:
            await _retry(sample, desk, uuid7())
        assert refused.value.code is Code.NOT_FOUND
    assert len(await sample.column("SELECT 1 FROM dead_letter_acts")) == 2


async def test_where_order_matters_later_events_of_the_key_wait_behind_it(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample, in_order=True) as desk:
        await broker.publish(_note("0"), _poison("1"), _note("2"), _note("other", "b"), _note("3"))
        await _letters(sample, 3)
        await broker.publish(_note("4"), _note("last", "b"))
        letter = (await _letters(sample, 4))[0]
        await _has(sample, "SELECT text FROM notes WHERE key = 'b' ORDER BY id", "other", "last")
        assert await sample.column(LETTERS) == ["open", "waiting", "waiting", "waiting"]
        assert await sample.column("SELECT text FROM notes WHERE key = 'a'") == ["0"]
        assert (await _retry(sample, desk, letter))["status"] == "open"
        await _mend(sample)
        assert (await _retry(sample, desk, letter))["status"] == "retried"
        await broker.publish(_note("5"))
        await _has(
            sample, "SELECT text FROM notes WHERE key = 'a' ORDER BY id", *map(str, range(6))
        )
    assert await sample.column(LETTERS) == ["retried"] * 4


async def test_what_waited_behind_a_discarded_one_is_applied_up_to_the_next_that_fails(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample, in_order=True) as desk:
        await broker.publish(_poison("1"), _note("2"), _poison("3"), _note("4"))
        ids = await _letters(sample, 4)
        await _discard(sample, desk, ids[0])
        assert await sample.column(TEXTS) == ["2"]
        assert await sample.column(LETTERS) == ["discarded", "retried", "open", "waiting"]
        with pytest.raises(Refused) as refused:
            await _retry(sample, desk, ids[3])
        assert refused.value.code is Code.OLDER_LETTER_OPEN
        await _mend(sample)
        await _retry(sample, desk, ids[2])
    assert await sample.column(TEXTS) == ["2", "3", "4"]


async def test_an_unreadable_event_holds_its_key_until_it_is_discarded(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample, in_order=True) as desk:
        await broker.publish_raw(NOTES, b"a", b"{")
        await broker.publish(_note("2"))
        ids = await _letters(sample, 2)
        answer = await _retry(sample, desk, ids[0])
        assert (answer["status"], answer["attempts"]) == ("open", 2)
        assert await sample.column(TEXTS) == []
        await _discard(sample, desk, ids[0])
    assert await sample.column(TEXTS) == ["2"]


async def _poison_state(sample: Sample) -> None:
    await _as_owner(sample, "ALTER TABLE states ADD CONSTRAINT poison CHECK (text <> 'old')")


async def _mend_state(sample: Sample) -> None:
    await _as_owner(sample, "ALTER TABLE states DROP CONSTRAINT poison")


async def test_a_state_that_nothing_newer_followed_is_retried(
    sample: Sample, broker: Broker
) -> None:
    await _poison_state(sample)
    async with _consuming(sample) as desk:
        await broker.publish(State(about="k", text="first"))
        await _has(sample, "SELECT text FROM states", "first")
        await broker.publish(State(about="k", text="old"))
        [letter] = await _letters(sample, 1)
        await _mend_state(sample)
        assert (await _retry(sample, desk, letter))["status"] == "retried"
    assert await sample.column("SELECT text FROM states") == ["old"]


async def test_a_newer_state_supersedes_letters_of_its_key(sample: Sample, broker: Broker) -> None:
    await _poison_state(sample)
    async with _consuming(sample) as desk:
        await broker.publish(State(about="k", text="old"), State(about="other", text="old"))
        await _letters(sample, 2)
        await broker.publish(State(about="k", text="new"))
        await _has(sample, "SELECT text FROM states", "new")
        await _mend_state(sample)
        [letter] = await sample.column("SELECT id FROM dead_letters WHERE key = 'k'")
        assert (await _retry(sample, desk, letter))["status"] == "superseded"
        [other] = await sample.column("SELECT id FROM dead_letters WHERE key = 'other'")
        assert (await _retry(sample, desk, other))["status"] == "retried"
    rows = await sample.rows("SELECT key, text FROM states ORDER BY key")
    assert [tuple(row.values()) for row in rows] == [("k", "new"), ("other", "old")]


async def test_in_one_batch_too_only_what_a_newer_state_followed_is_superseded(
    sample: Sample, broker: Broker
) -> None:
    for key in ("good then bad", "bad then good"):
        good = State(about=key, text="good").model_dump_json().encode()
        values = (good, b"{") if key.startswith("good") else (b"{", good)
        for value in values:
            await broker.publish_raw(STATES, key.encode(), value)
    async with _consuming(sample):
        await _letters(sample, 2)
        await _has(sample, "SELECT text FROM states ORDER BY key", "good", "good")
    rows = await sample.rows("SELECT key, status FROM dead_letters ORDER BY key DESC")
    assert [tuple(row.values()) for row in rows] == [
        (b"good then bad", "open"),
        (b"bad then good", "superseded"),
    ]


def _record(event: State | Noted, offset: int) -> Any:
    envelope = Envelope(uuid7(), event.type_name(), "test", datetime.now(UTC))
    value = event.model_dump_json().encode()
    return ConsumerRecord(
        event.topic.name, 0, offset, 0, 0, event.key().encode(), value, None, 1, len(value),
        tuple(envelope.headers()),
    )  # fmt: skip


async def _waits_for_a_lock(sample: Sample) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1"
    return bool(await sample.column(waiting, sample.database.url.split("/")[3].split("?")[0]))


async def test_a_batch_with_a_newer_state_and_a_retry_of_the_older_one_never_end_with_the_older(
    sample: Sample, url: str
) -> None:
    consumer = sample.consumer()
    desk = _desk(consumer)
    for offset, first in enumerate(("retry", "batch")):
        key = f"k-{first}"
        async with sample.database.transaction() as session:
            old = _record(State(about=key, text="old"), 10 * offset)
            await consumer.applier.bury(session, old, "made up")
        letter = (await sample.column("SELECT id FROM dead_letters ORDER BY arrival"))[-1]
        new = consumer.handle([_record(State(about=key, text="new"), 10 * offset + 1)])
        async with sample.database.transaction() as session:
            if first == "retry":
                await desk.retry(session, letter, OLLE)
                other: asyncio.Task[Any] = asyncio.ensure_future(new)
            else:
                await consumer.applier.apply(
                    session, [_record(State(about=key, text="new"), 10 * offset + 1)]
                )
                new.close()
                other = asyncio.ensure_future(_retry(sample, desk, letter))
            await until(lambda: _waits_for_a_lock(sample), what="the other to wait")
        answer = await other
        if first == "batch":
            assert answer["status"] == "superseded"
        assert await sample.column("SELECT text FROM states WHERE key = $1", key) == ["new"]


async def test_what_a_batch_puts_behind_a_letter_that_is_just_retried_is_not_left_behind(
    sample: Sample, url: str
) -> None:
    consumer = sample.consumer()
    consumer.keep_order(NOTES)
    desk = _desk(consumer)
    for first in ("retry", "batch"):
        about = f"k-{first}"
        async with sample.database.transaction() as session:
            await consumer.applier.bury(session, _record(_note("1", about), 1), "made up")
        letter = (await sample.column("SELECT id FROM dead_letters ORDER BY arrival"))[-1]
        async with sample.database.transaction() as session:
            if first == "retry":
                await desk.retry(session, letter, OLLE)
                other = asyncio.ensure_future(consumer.handle([_record(_note("2", about), 2)]))
            else:
                await consumer.applier.apply(session, [_record(_note("2", about), 2)])
                other = asyncio.ensure_future(_retry(sample, desk, letter))
            await until(lambda: _waits_for_a_lock(sample), what="the other to wait")
        await other
        texts = await sample.column("SELECT text FROM notes WHERE key = $1 ORDER BY id", about)
        assert texts == ["1", "2"]
    assert await sample.column("SELECT 1 FROM dead_letters WHERE status = 'waiting'") == []
