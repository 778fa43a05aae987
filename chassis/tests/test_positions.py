"""States are never overwritten by older ones, whoever still holds a batch of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError

from chassis.consumer import Consumer
from chassis.kafka import KafkaSettings, ensure_topics
from chassis.positions import Doubtful, Logs
from chassis.settings import load
from koppla.waiting import until
from tests.support.harness import Broker
from tests.support.sample import DEAD, NOTES, STATES, Noted, Sample, State

PLACE = (STATES.name, 0)
SURE = Logs({STATES.name: "log"}, frozenset({PLACE}))
TEXTS = "SELECT text FROM states ORDER BY key"


def _record(offset: int, text: str, key: str = "k") -> Any:
    value = State(about=key, text=text).model_dump_json().encode()
    return ConsumerRecord(
        STATES.name, 0, offset, 0, 0, key.encode(), value, None, len(key), len(value), ()
    )


def _records(first: int, last: int) -> list[Any]:
    return [_record(offset, str(offset)) for offset in range(first, last + 1)]


async def _apply(sample: Sample, records: list[Any], logs: Logs = SURE) -> Any:
    async with sample.database.transaction() as session:
        return await sample.consumer().applier.apply(session, records, logs)


async def _waits_for_a_lock(sample: Sample) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1"
    return bool(await sample.column(waiting, sample.database.url.split("/")[3].split("?")[0]))


async def test_a_batch_of_a_lost_partition_that_comes_late_changes_nothing(
    sample: Sample,
) -> None:
    await _apply(sample, _records(10, 29))
    outcomes = await _apply(sample, _records(10, 19))
    assert outcomes == {(STATES.name, "overtaken"): 10}
    assert await sample.column(TEXTS) == ["29"]


async def test_of_a_batch_that_begins_before_the_position_the_rest_is_applied(
    sample: Sample,
) -> None:
    await _apply(sample, [_record(10, "a", "one"), _record(11, "b", "two")])
    outcomes = await _apply(
        sample, [_record(10, "a", "one"), _record(11, "b", "two"), _record(12, "c", "two")]
    )
    assert outcomes == {(STATES.name, "overtaken"): 2, (STATES.name, "applied"): 1}
    assert await sample.column(TEXTS) == ["a", "c"]
    assert await sample.column("SELECT next_offset FROM positions") == [13]


async def test_two_members_with_the_same_partition_race_and_the_newest_state_stays(
    sample: Sample,
) -> None:
    batches = {"old": _records(10, 19), "new": _records(10, 29)}
    for first, second in (("old", "new"), ("new", "old")):
        await sample.rows("DELETE FROM positions")
        async with sample.database.transaction() as session:
            await sample.consumer().applier.apply(session, batches[first], SURE)
            other = asyncio.ensure_future(_apply(sample, batches[second]))
            await until(lambda: _waits_for_a_lock(sample), what="the other to wait")
        outcomes = await other
        assert outcomes[STATES.name, "overtaken"] == 10
        assert await sample.column(TEXTS) == ["29"]


async def _apply_and_fail(sample: Sample, records: list[Any]) -> None:
    async with sample.database.transaction() as session:
        await sample.consumer().applier.apply(session, records, SURE)
        raise RuntimeError("made up")


async def test_a_batch_that_is_rolled_back_leaves_the_position_where_it_was(
    sample: Sample,
) -> None:
    await _apply(sample, _records(0, 4))
    with pytest.raises(RuntimeError, match="made up"):
        await _apply_and_fail(sample, _records(5, 9))
    assert await sample.column("SELECT next_offset FROM positions") == [5]
    await _apply(sample, _records(5, 9))
    assert await sample.column(TEXTS) == ["9"]


async def test_a_late_batch_buries_nothing_either(sample: Sample) -> None:
    await _apply(sample, _records(0, 9))
    async with sample.database.transaction() as session:
        await sample.consumer().applier.bury(session, _record(5, "old"), "made up", SURE)
    assert await sample.column("SELECT 1 FROM dead_letters") == []


async def test_what_comes_from_before_the_position_is_a_doubt_until_the_broker_was_asked(
    sample: Sample,
) -> None:
    known = Logs({STATES.name: "log"})
    await _apply(sample, _records(0, 9), known)
    with pytest.raises(Doubtful) as doubt:
        await _apply(sample, _records(3, 3), known)
    assert doubt.value.reached == {PLACE: 10}
    with pytest.raises(Doubtful):
        await _apply(sample, _records(20, 20), Logs({STATES.name: "another log"}))
    assert await sample.column(TEXTS) == ["9"]
    # The same log, which ends before what was taken in: it was cut, and goes on from there.
    cut = Logs(known.ids, frozenset({PLACE}), {PLACE: 10})
    await _apply(sample, [_record(3, "after the cut")], cut)
    assert await sample.column(TEXTS) == ["after the cut"]
    # Another log: its offsets say nothing of the old one's.
    other = Logs({STATES.name: "another log"}, frozenset({PLACE}))
    await _apply(sample, [_record(0, "made anew")], other)
    assert await sample.column(TEXTS) == ["made anew"]
    assert await sample.column("SELECT next_offset FROM positions") == [1]


async def test_without_ids_positions_hold_all_the_same(sample: Sample) -> None:
    unknown = Logs({}, frozenset({PLACE}))
    await _apply(sample, _records(0, 9), unknown)
    await _apply(sample, _records(0, 5), SURE)
    await _apply(sample, _records(0, 5), unknown)
    assert await sample.column(TEXTS) == ["9"]


@asynccontextmanager
async def _consuming(sample: Sample) -> AsyncIterator[Consumer]:
    consumer = sample.consumer()
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _delete_and_make_anew(broker: Broker) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()

    async def gone() -> bool:
        with suppress(UnknownTopicOrPartitionError):
            await admin.delete_topics([STATES.name])
        return STATES.name not in await admin.list_topics()

    try:
        await until(gone, 60, every=0.1)
    finally:
        await admin.close()
    await ensure_topics(load(KafkaSettings, **broker.settings), (NOTES, STATES, DEAD))


async def _told(sample: Sample, text: str) -> None:
    async def told() -> bool:
        return await sample.column(TEXTS) == [text]

    await until(told, what=text)


async def test_a_topic_that_is_made_anew_is_taken_in_from_its_beginning(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample):
        await broker.publish(*(State(about="k", text=str(number)) for number in range(20)))
        await _told(sample, "19")
    await _delete_and_make_anew(broker)
    await broker.publish(State(about="k", text="anew"))
    async with _consuming(sample):
        await _told(sample, "anew")
    [position] = await sample.rows("SELECT * FROM positions")
    assert position["next_offset"] == 1
    assert position["topic_id"] != ""


async def test_a_group_that_is_set_back_overwrites_nothing_until_its_positions_are_deleted(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample):
        await broker.publish(State(about="k", text="1"), State(about="k", text="2"))
        await _told(sample, "2")
    await sample.rows("UPDATE states SET text = 'by hand'")
    records = await broker.records(STATES)
    consumer = sample.consumer()
    await consumer.handle(records)
    assert await sample.column(TEXTS) == ["by hand"]
    await sample.rows("DELETE FROM positions WHERE topic = $1", STATES.name)
    await consumer.handle(records)
    assert await sample.column(TEXTS) == ["2"]


async def test_a_new_database_is_filled_from_the_topics_of_states(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample):
        await broker.publish(State(about="k", text="1"))
        await broker.publish(Noted(about="k", text="once"))
        await _told(sample, "1")
        await until(lambda: sample.column("SELECT 1 FROM notes"))
    # As dropped and migrated anew; the group's offsets are still at the end.
    await sample.rows("DELETE FROM states")
    for table in ("notes", "positions", "inbox"):
        await sample.rows(f"DELETE FROM {table}")
    async with _consuming(sample):
        await _told(sample, "1")
        await broker.publish(Noted(about="k", text="twice"))
        await until(lambda: sample.column("SELECT 1 FROM notes"))
    assert await sample.column("SELECT text FROM notes") == ["twice"]
