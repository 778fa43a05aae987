"""The outbox and its relay, against the real database and broker."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy.exc import DBAPIError

from chassis.database import Database, is_transient
from chassis.kafka import KafkaSettings, ensure_topics
from chassis.relay import Relay
from chassis.settings import load
from contracts.envelope import Envelope
from contracts.topics import Topic
from koppla.embedded.ports import free_port
from koppla.waiting import until
from tests.support.brokers import SETTINGS, own_broker
from tests.support.harness import Broker
from tests.support.sample import NOTES, WATCHER, Noted, Sample

HOUR = 3600.0
UNPUBLISHED = "SELECT id FROM outbox WHERE published_at IS NULL ORDER BY id"


def _note(text: str, about: str = "a") -> Noted:
    return Noted(about=about, text=text)


async def _texts(broker: Broker) -> list[str]:
    return [event.text for event in await broker.events(Noted)]


async def _all_published(sample: Sample) -> bool:
    return not await sample.column(UNPUBLISHED)


@pytest.fixture
async def relay(sample: Sample) -> Any:
    """Looks by itself once an hour: what is published in a test was rung for."""
    made = sample.relay(net=HOUR)
    await made.start()
    yield made
    await made.stop()


async def test_events_of_a_key_are_published_in_order_when_they_are_committed(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(_note("1"), _note("2"))
    await sample.say(_note("3"))
    await until(lambda: _all_published(sample))
    assert await _texts(broker) == ["1", "2", "3"]


async def test_an_event_travels_with_its_envelope_and_key(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(_note("åäö", about="å"))
    await until(lambda: _all_published(sample))
    (record,) = await broker.records(NOTES)
    (row,) = await sample.rows("SELECT event_id, type FROM outbox")
    envelope = Envelope.of(record.headers)
    assert (record.key.decode(), envelope.id, envelope.type, envelope.source) == (
        "å",
        row["event_id"],
        "Noted",
        "sample",
    )


async def test_a_lower_id_that_is_committed_later_is_published(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    async with sample.database.transaction() as slow:
        await sample.outbox.add(slow, [_note("slow", about="s")])
        await sample.say(_note("fast", about="f"))
        await until(lambda: _published(sample, 1))
    await until(lambda: _published(sample, 2))
    assert sorted(await _texts(broker)) == ["fast", "slow"]
    ids = await sample.column("SELECT id FROM outbox ORDER BY published_at")
    assert ids == sorted(ids, reverse=True)


async def _published(sample: Sample, number: int) -> bool:
    rows = await sample.column("SELECT id FROM outbox WHERE published_at IS NOT NULL")
    return len(rows) == number


async def test_nothing_of_a_transaction_that_failed_is_published(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    async def fail() -> None:
        async with sample.database.transaction() as session:
            await sample.outbox.add(session, [_note("never")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await sample.say(_note("said"))
    await until(lambda: _all_published(sample))
    assert await _texts(broker) == ["said"]


async def test_more_than_a_batch_is_published_without_another_ring(
    sample: Sample, broker: Broker
) -> None:
    await sample.say(*(_note(str(number)) for number in range(25)))
    relay = sample.relay(net=HOUR, batch=10)
    await relay.start()
    await until(lambda: _all_published(sample))
    await relay.stop()
    assert await _texts(broker) == [str(number) for number in range(25)]


async def test_of_two_relays_one_drains(sample: Sample, broker: Broker) -> None:
    one, other = sample.relay(net=0.02), sample.relay(net=0.02)
    await one.start()
    await until(lambda: sample.column("SELECT token FROM relay_lease"))
    await other.start()
    for number in range(20):
        await sample.say(_note(str(number)))
    await until(lambda: _all_published(sample))
    assert await _texts(broker) == [str(number) for number in range(20)]
    assert (one.lease.token, other.lease.token) == (1, None)
    await one.stop()
    await until(lambda: other.lease.token == 2)
    await other.stop()


async def test_a_holder_that_slept_past_its_lease_marks_nothing(
    sample: Sample, broker: Broker
) -> None:
    asleep, awake = asyncio.Event(), asyncio.Event()

    class Sleepy(AIOKafkaProducer):  # type: ignore[misc]
        async def start(self) -> None:
            asleep.set()
            await awake.wait()
            await super().start()

    def sleepy() -> AIOKafkaProducer:
        return Sleepy(bootstrap_servers=broker.bootstrap_servers)

    one, other = sample.relay(net=HOUR, producer=sleepy, send_timeout=60.0), sample.relay(net=0.05)
    await sample.say(_note("once"))
    await one.start()
    await asleep.wait()
    await sample.rows("UPDATE relay_lease SET until = clock_timestamp() - interval '1 s'")
    await other.start()
    await until(lambda: _all_published(sample))
    (marked,) = await sample.column("SELECT published_at FROM outbox")
    awake.set()
    await until(lambda: _said(broker, ["once", "once"]))
    await one.stop()
    # Both have sent it, under one event id; only the one who holds the lease wrote that down.
    assert await sample.column("SELECT published_at FROM outbox") == [marked]
    assert await sample.column("SELECT token FROM relay_lease") == [2]
    await other.stop()


async def _said(broker: Broker, texts: list[str]) -> bool:
    return await _texts(broker) == texts


async def test_what_was_sent_and_not_marked_is_sent_again_under_the_same_id(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(_note("again"))
    await until(lambda: _all_published(sample))
    await sample.rows("UPDATE outbox SET published_at = NULL")
    await sample.rows("NOTIFY outbox")
    await until(lambda: _all_published(sample))
    ids = [Envelope.of(record.headers).id for record in await broker.records(NOTES)]
    assert len(ids) == 2
    assert ids[0] == ids[1]


async def test_a_row_too_large_is_parked_and_holds_up_its_own_key_only(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(
        _note("before"), _note("x" * 1_100_000), _note("after"), _note("other", about="b")
    )
    await until(lambda: _published(sample, 2))
    await sample.say(_note("later"), _note("more", about="b"))
    await until(lambda: _published(sample, 3))
    assert sorted(await _texts(broker)) == ["before", "more", "other"]
    (parked,) = await sample.rows("SELECT error FROM outbox WHERE parked_at IS NOT NULL")
    assert parked == {"error": "MessageSizeTooLargeError"}


async def test_a_large_row_within_the_bound_is_published(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(_note("x" * 900_000))
    await until(lambda: _all_published(sample))
    assert await _texts(broker) == ["x" * 900_000]


async def test_a_row_that_is_no_record_is_parked_and_holds_up_nobody(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.rows(
        "INSERT INTO outbox (event_id, topic, type, headers)"
        " VALUES (gen_random_uuid(), $1, 'Noted', '[]')",
        NOTES.name,
    )
    await sample.say(_note("other"))
    await until(lambda: _published(sample, 1))
    assert await _texts(broker) == ["other"]
    assert await sample.column("SELECT error FROM outbox WHERE parked_at IS NOT NULL")


async def test_a_topic_that_the_broker_lacks_holds_up_no_other(
    sample: Sample, broker: Broker
) -> None:
    class Lost(Noted):
        topic = Topic("sample.not-there.v1", "key")

    relay = sample.relay(send_timeout=4.0)
    await sample.say(Lost(about="a", text="lost"), _note("found"))
    await relay.start()
    # A broker may also create it on the way, as the embedded one does.
    await until(lambda: _said(broker, ["found"]))
    await relay.stop()


@pytest.mark.on_the_engine
async def test_everything_is_published_once_the_broker_is_there(url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = load(KafkaSettings, kafka=f"127.0.0.1:{port}", **SETTINGS)
    sample = Sample(url, settings)
    await sample.wakeup.start()
    relay = sample.relay(net=0.1)
    await relay.start()
    await sample.say(*(_note(str(number)) for number in range(10)))
    await until(lambda: relay.failing)
    assert len(await sample.column(UNPUBLISHED)) == 10
    async with own_broker(tmp_path, port) as kafka:
        await ensure_topics(settings, [NOTES])
        await until(lambda: _all_published(sample))
        broker = Broker(kafka.bootstrap_servers, SETTINGS)
        assert await _texts(broker) == [str(number) for number in range(10)]
        assert relay.failing is None
    # The broker is gone again, with a row on its way.
    await sample.say(_note("late"))
    await until(lambda: relay.failing)
    async with asyncio.timeout(60):
        await relay.stop()
    assert not relay.running
    assert len(await sample.column(UNPUBLISHED)) == 1
    await sample.wakeup.stop()
    await sample.database.close()


async def test_stop_gives_the_lease_back(sample: Sample, broker: Broker) -> None:
    relay = sample.relay(net=HOUR)
    await relay.start()
    await until(lambda: relay.lease.token)
    await relay.stop()
    assert await sample.column("SELECT until < clock_timestamp() FROM relay_lease") == [True]


async def test_the_relay_goes_on_after_its_database_connections_were_cut(
    sample: Sample, broker: Broker, relay: Relay
) -> None:
    await sample.say(_note("before"))
    await until(lambda: _all_published(sample))
    await cut_off(sample.database)

    async def said() -> bool:
        """Whoever writes in the very moment of the cut is told so, and writes again."""
        try:
            await sample.say(_note("after"))
        except DBAPIError as error:
            if not is_transient(error):
                raise
            return False
        return True

    await until(said)
    await until(lambda: _all_published(sample))
    assert await _texts(broker) == ["before", "after"]


async def cut_off(database: Database) -> None:
    """Ends every other connection to the database, as a failover does."""
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name <> $1",
            WATCHER,
        )
    finally:
        await connection.close()
