"""Consumers, the inbox and dead letters, against the real database and broker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from faststream import AckPolicy
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer
from chassis.headers import of_json
from contracts.envelope import Envelope, uuid7
from contracts.events.event import Event
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.waiting import until
from tests.support import sample as made_up
from tests.support.brokers import ENGINE
from tests.support.harness import Broker
from tests.support.sample import DEAD, NOTES, STATES, WATCHER, Ignored, Noted, Sample, State, note

TEXTS = "SELECT text FROM notes ORDER BY id"


def _note(text: str, about: str = "a", number: int = 0) -> Noted:
    return Noted(about=about, text=text, number=number)


def _headers(event_id: UUID | None = None, kind: str = "Noted") -> list[tuple[str, bytes]]:
    return Envelope(event_id or uuid7(), kind, "test", datetime.now(UTC)).headers()


async def _send(
    broker: Broker,
    value: bytes | None,
    headers: Any = None,
    *,
    key: bytes | None = b"a",
    topic: Any = NOTES,
) -> None:
    given = _headers() if headers is None else headers
    await broker.publish_raw(topic, key, value, given)


def _json(text: str) -> bytes:
    return _note(text).model_dump_json().encode()


@asynccontextmanager
async def _consuming(sample: Sample, handler: Any = note) -> AsyncIterator[Consumer]:
    consumer = sample.consumer(handler)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _has(sample: Sample, sql: str, *expected: Any) -> bool:
    return await sample.column(sql) == list(expected)


async def _seen(sample: Sample, *texts: str) -> None:
    await until(lambda: _has(sample, TEXTS, *texts), what=f"{texts}")


async def _dead(sample: Sample, number: int = 1) -> list[dict[str, Any]]:
    async def enough() -> Any:
        rows = await sample.rows("SELECT * FROM dead_letters ORDER BY created_at")
        return rows if len(rows) >= number else None

    return list(await until(enough))


async def test_an_event_that_comes_twice_is_applied_once(sample: Sample, broker: Broker) -> None:
    twice, headers = _json("once"), _headers()
    await _send(broker, twice, headers)
    await _send(broker, twice, headers)
    async with _consuming(sample):
        await _seen(sample, "once")
        await _send(broker, twice, headers)
        await _send(broker, _json("last"))
        await _seen(sample, "once", "last")
    assert len(await sample.column("SELECT event_id FROM inbox")) == 2


async def test_an_event_on_two_consumers_at_once_is_applied_once(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample), _consuming(sample):
        await broker.publish(*(_note(str(number)) for number in range(30)))
        await _seen(sample, *map(str, range(30)))
        await broker.publish(_note("last"))
        await _seen(sample, *map(str, range(30)), "last")


async def test_of_a_batch_that_fails_only_the_bad_record_is_put_aside(
    sample: Sample, broker: Broker
) -> None:
    await broker.publish(_note("1"), _note("2", number=13), _note("3"))
    async with _consuming(sample):
        await _seen(sample, "1", "3")
        (letter,) = await _dead(sample)
    assert "IntegrityError" in letter["error"]
    assert (letter["topic"], letter["key"], letter["status"]) == (NOTES.name, b"a", "open")
    assert Noted.model_validate_json(letter["value"]).text == "2"
    (bad,) = [v for n, v in of_json(_loaded(letter["headers"])) if n == "ce_id"]
    assert UUID((bad or b"").decode()) in await sample.column("SELECT event_id FROM inbox")


def _loaded(headers: str) -> Any:
    return json.loads(headers)


async def test_a_number_too_large_for_its_column_is_put_aside_and_not_retried_for_ever(
    sample: Sample, broker: Broker
) -> None:
    await broker.publish(_note("big", number=2**40), _note("next"))
    async with _consuming(sample):
        await _seen(sample, "next")
        assert len(await _dead(sample)) == 1


BROKEN: list[tuple[str, bytes | None, Any]] = [
    ("bad JSON", b"{", None),
    ("no UTF-8", b"\xff\xfe", None),
    ("wrong shape", b'{"about": "a"}', None),
    ("wrong type", b"[]", None),
    ("deep", b"[" * 100_000, None),
    ("tombstone", None, None),
    ("1 MB", b"x" * 1_000_000, None),
    ("no headers", b"{}", []),
    ("a header without a value", b"{}", [("ce_id", None)]),
    ("header bytes that are no text", b"{}", [("ce_id", b"\xff\x00")]),
    ("an id that is none", b"{}", [*_headers()[:1], ("ce_id", b"1"), *_headers()[2:]]),
    ("NUL in a header", b"{}", [("x", b"a\x00b")]),
    ("NUL in a header's name", b"{}", [("x\x00", b"a")]),
    ("NUL in the value", b'{"about": "a", "text": "a\\u0000b"}', None),
]


@pytest.mark.parametrize(
    ("value", "headers"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
async def test_what_cannot_be_taken_is_kept_mirrored_and_passed(
    sample: Sample, broker: Broker, value: bytes | None, headers: Any
) -> None:
    await _send(broker, value, headers)
    await _send(broker, _json("next"))
    relay = sample.relay()
    await relay.start()
    async with _consuming(sample):
        await _seen(sample, "next")
        (letter,) = await _dead(sample)
        (mirrored,) = await until(lambda: broker.records(DEAD))
    await relay.stop()
    (record, _) = await broker.records(NOTES)
    assert letter["value"] == value
    assert of_json(_loaded(letter["headers"])) == [
        (name.replace("\0", "\N{REPLACEMENT CHARACTER}"), held) for name, held in record.headers
    ]
    assert (mirrored.key, mirrored.value) == (b"a", value)
    about = {name: (held or b"").decode("utf-8", "replace") for name, held in mirrored.headers}
    assert about["dead_letter_topic"] == NOTES.name
    assert about["dead_letter_partition"] == str(record.partition)
    assert about["dead_letter_offset"] == str(record.offset)
    assert about["dead_letter_error"] == letter["error"][:500]


async def test_the_largest_record_of_all_is_mirrored_without_its_value(
    sample: Sample, broker: Broker
) -> None:
    await _send(broker, b"x" * 1_048_000)
    relay = sample.relay()
    await relay.start()
    async with _consuming(sample):
        (letter,) = await _dead(sample)
        (mirrored,) = await until(lambda: broker.records(DEAD))
    await relay.stop()
    assert len(letter["value"]) == 1_048_000
    assert mirrored.value is None
    assert "dead_letter_value" in dict(mirrored.headers)


async def test_a_record_without_key_and_value_is_mirrored_too(
    sample: Sample, broker: Broker
) -> None:
    consumer = sample.consumer()
    await consumer.handle([_record(b"", headers=()), _record(None, key=None, headers=())])
    assert len(await _dead(sample, 2)) == 2
    relay = sample.relay()
    await relay.start()
    await until(lambda: _has(sample, "SELECT id FROM outbox WHERE published_at IS NULL"))
    await relay.stop()
    assert len(await broker.records(DEAD)) == 2


def _record(
    value: bytes | None, *, key: bytes | None = b"a", headers: Any = (), topic: str = NOTES.name
) -> Any:
    return ConsumerRecord(topic, 0, 7, 0, 0, key, value, None, 0, 0, tuple(headers))


async def test_a_key_that_is_no_text_is_put_aside_and_mirrored(
    sample: Sample, broker: Broker
) -> None:
    for key in (b"\xff", b"a\x00b"):
        await _send(broker, b"{", key=key)
    async with _consuming(sample):
        letters = await _dead(sample, 2)
    assert {letter["key"] for letter in letters} == {b"\xff", b"a\x00b"}


async def test_an_unknown_type_is_skipped_and_counted(sample: Sample, broker: Broker) -> None:
    await broker.publish(Ignored(), _note("known"))
    async with _consuming(sample):
        await _seen(sample, "known")
    assert not await sample.rows("SELECT * FROM dead_letters")
    assert _counted(sample, NOTES.name, "unknown_type") == 1


def _counted(sample: Sample, topic: str, outcome: str) -> float | None:
    labels = {"service": "sample", "topic": topic, "outcome": outcome}
    return sample.metrics.registry.get_sample_value("koppla_records_total", labels)


async def test_a_bad_record_is_one_dead_letter_however_often_it_comes(
    sample: Sample, broker: Broker
) -> None:
    headers = _headers()
    for _ in range(3):
        await _send(broker, b"{", headers)
        await _send(broker, b"{}", [])
    await _send(broker, _json("last"))
    async with _consuming(sample):
        await _seen(sample, "last")
    assert len(await _dead(sample)) == 2
    assert len(await sample.column("SELECT id FROM outbox")) == 2


async def test_connections_that_are_cut_lose_nothing_and_put_nothing_aside(
    sample: Sample, broker: Broker
) -> None:
    cut = asyncio.Event()

    async def handler(session: AsyncSession, event: Noted) -> None:
        await note(session, event)
        if event.text == "2" and not cut.is_set():
            cut.set()
            await _cut_off(sample)

    await broker.publish(_note("1"), _note("2"), _note("3"))
    async with _consuming(sample, handler):
        await _seen(sample, "1", "2", "3")
    assert cut.is_set()
    assert not await sample.rows("SELECT * FROM dead_letters")


async def _cut_off(sample: Sample) -> None:
    connection = await asyncpg.connect(sample.database.url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name <> $1",
            WATCHER,
        )
    finally:
        await connection.close()


async def test_a_database_that_is_away_for_a_while_loses_nothing(
    sample: Sample, broker: Broker, tmp_path: Path
) -> None:
    folder = tmp_path / "postgres"
    async with EmbeddedPostgres(folder) as server:
        await made_up.create(server)
        there = Sample(server.url("sample", "sample_runtime"), sample.settings)
        consumer = there.consumer()
        await consumer.start()
        await broker.publish(_note("1"))
        await _seen(there, "1")
    await broker.publish(_note("2"), _note("3"))
    retried = consumer._backoff
    await until(lambda: retried._failures > 1)
    assert consumer.running
    async with EmbeddedPostgres(folder):
        await _seen(there, "1", "2", "3")
        await consumer.stop()
        assert not await there.rows("SELECT * FROM dead_letters")
        await there.database.close()


async def test_a_consumer_that_is_stopped_in_mid_batch_takes_the_batch_again(
    sample: Sample, broker: Broker
) -> None:
    reached = asyncio.Event()

    async def stuck(session: AsyncSession, event: Noted) -> None:
        await note(session, event)
        reached.set()
        await asyncio.Event().wait()

    await broker.publish(_note("1"), _note("2"))
    consumer = sample.consumer(stuck)
    await consumer.start()
    await reached.wait()
    await consumer.stop()
    assert not consumer.running
    assert await sample.column(TEXTS) == []
    async with _consuming(sample):
        await _seen(sample, "1", "2")


async def test_a_handler_that_is_cancelled_from_within_is_retried(
    sample: Sample, broker: Broker
) -> None:
    failed = asyncio.Event()

    async def handler(session: AsyncSession, event: Noted) -> None:
        if not failed.is_set():
            failed.set()
            raise asyncio.CancelledError
        await note(session, event)

    await broker.publish(_note("1"))
    async with _consuming(sample, handler) as consumer:
        await _seen(sample, "1")
        assert consumer.running


async def test_offsets_are_committed_only_after_the_transaction(
    sample: Sample, broker: Broker
) -> None:
    lags: list[int] = []
    consumer: Consumer

    async def handler(session: AsyncSession, event: Noted) -> None:
        await note(session, event)
        lags.append(sum((await consumer.lag()).values()))

    await broker.publish(_note("1"))
    async with _consuming(sample, handler) as consumer:
        await _seen(sample, "1")
        await until(lambda: _lag_is(consumer, 0))
    assert lags == [1]


async def _lag_is(consumer: Consumer, number: int) -> bool:
    return sum((await consumer.lag()).values()) == number


async def test_the_subscriber_never_acknowledges_before_the_work(
    sample: Sample, broker: Broker
) -> None:
    async with _consuming(sample) as consumer:
        assert consumer.subscriber is not None
        assert consumer.subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        client = consumer.subscriber.consumer
        assert client is not None
        assert client._enable_auto_commit is False
        assert client._auto_offset_reset == "earliest"


async def test_of_a_state_topic_the_newest_of_each_key_counts(
    sample: Sample, broker: Broker
) -> None:
    await broker.publish(
        *(State(about=about, text=f"{about}{n}") for n in range(5) for about in ("a", "b"))
    )
    await _send(broker, None, [], key=b"b", topic=STATES)
    async with _consuming(sample):
        await until(lambda: _has(sample, "SELECT text FROM states ORDER BY key", "a4", None))
        await broker.publish(State(about="b", text="back"))
        await until(lambda: _has(sample, "SELECT text FROM states ORDER BY key", "a4", "back"))
    assert not await sample.rows("SELECT * FROM dead_letters")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"other", b'{"about": "a", "text": "x"}'),
        # Apache Kafka itself refuses it on a compacted topic.
        *([(None, b'{"about": "a", "text": "x"}')] if ENGINE == "embedded" else []),
        (b"\xff", None),
        (b"a", b"{}"),
        (b"\x00", None),
    ],
)
async def test_a_state_that_cannot_be_taken_is_put_aside(
    sample: Sample, broker: Broker, key: bytes | None, value: bytes | None
) -> None:
    await _send(broker, value, [], key=key, topic=STATES)
    await broker.publish(State(about="a", text="next"))
    async with _consuming(sample):
        await until(lambda: _has(sample, "SELECT text FROM states", "next"))
        (letter,) = await _dead(sample)
    assert (letter["key"], letter["value"]) == (key, value)


async def test_a_state_of_an_unknown_type_is_skipped_and_counted(
    sample: Sample, broker: Broker
) -> None:
    await _send(broker, b"{}", _headers(kind="Later"), topic=STATES)
    await broker.publish(State(about="a", text="next"))
    async with _consuming(sample):
        await until(lambda: _has(sample, "SELECT text FROM states", "next"))
    assert not await sample.rows("SELECT * FROM dead_letters")
    assert _counted(sample, STATES.name, "unknown_type") == 1


async def test_what_a_handler_says_belongs_to_the_trace_of_the_event(
    sample: Sample, broker: Broker
) -> None:
    class Answered(Noted):
        pass

    async def handler(session: AsyncSession, event: Event) -> None:
        await sample.outbox.add(session, [Answered(about="a", text="answer")])

    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    traceparent = f"00-{trace_id}-00f067aa0ba902b7-01".encode()
    await _send(broker, _json("asked"), [*_headers(), ("traceparent", traceparent)])
    async with _consuming(sample, handler):
        (headers,) = await until(lambda: sample.column("SELECT headers FROM outbox"))
    assert trace_id in dict(_loaded(headers))["traceparent"]
