"""Records that are not what they should be; the schema; how the subscriber reads."""

from datetime import UTC, datetime

from faststream import AckPolicy

from chassis.migrations import drift
from contracts.envelope import Envelope, uuid7
from contracts.topics import dead_letters
from koppla.waiting import until
from notifier.tables import metadata
from services.notifier.tests.events import KARIN, Notifier, requested
from tests.support.harness import Harness


async def test_migrations_make_what_the_tables_say(harness: Harness) -> None:
    owner_url, _ = await harness.database("notifier")
    assert await drift(owner_url, metadata) == []


async def test_bad_records_become_dead_letters_and_the_partition_moves_on(
    notifier: Notifier,
) -> None:
    event = requested(recipients=(KARIN,))
    key, topic, broker = event.key().encode(), event.topic, notifier.broker

    def headers() -> list[tuple[str, bytes]]:
        return Envelope(uuid7(), "LinkRequested", "test", datetime.now(UTC)).headers()

    await broker.publish_raw(topic, key, b"{broken", headers())
    await broker.publish_raw(topic, key, b'{"bureau_id": "b-1"}', headers())
    await broker.publish_raw(topic, key, None, headers())
    await broker.publish_raw(topic, key, b"{}")
    await broker.publish(event)
    await notifier.mails(1)
    letters = await notifier.running.rows("SELECT error FROM dead_letters")
    assert len(letters) == 4

    async def mirrored() -> bool:
        return len(await broker.records(dead_letters("notifier"))) == 4

    await until(mirrored)


async def test_unknown_events_are_passed_over(notifier: Notifier) -> None:
    event = requested(recipients=(KARIN,))
    [envelope] = await notifier.broker.publish(event)
    unknown = Envelope(envelope.id, "LinkRequestForwarded", "linking", envelope.time)
    await notifier.broker.publish_raw(
        event.topic, event.key().encode(), b'{"new": 1}', unknown.headers()
    )
    await notifier.mails(1)
    assert await notifier.running.rows("SELECT 1 FROM dead_letters") == []


async def test_the_subscriber_loses_nothing_by_its_settings(notifier: Notifier) -> None:
    consumer = notifier.running.service.consumer
    assert consumer is not None
    subscriber = consumer.subscriber
    assert subscriber is not None
    assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
    assert subscriber.consumer is not None
    assert subscriber.consumer._enable_auto_commit is False
    assert subscriber.consumer._auto_offset_reset == "earliest"


async def test_it_answers_operators_only(notifier: Notifier, harness: Harness) -> None:
    http = notifier.running.http
    assert (await http.get("/healthz")).status_code == 200
    await until(lambda: _ready(notifier))
    assert (await http.get("/v1/ops/notifier/status")).status_code == 401
    ops = harness.bearer("o", "ops")
    assert (await http.get("/v1/ops/notifier/status", headers=ops)).json()["ready"] is True


async def _ready(notifier: Notifier) -> bool:
    return (await notifier.running.http.get("/readyz")).status_code == 200
