"""One FastStream subscriber over a service's topics, which hands over batches of raw records.

Not FastStream's own batch subscriber: that one sleeps after every poll that found nothing, which
delays each record or burns a core. The plain subscriber waits on the fetch itself; the record it
brings is joined by whatever has been fetched beside it.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from aiokafka import TopicPartition as FetchedPartition
from aiokafka.errors import IllegalStateError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, TopicPartition
from faststream.kafka.subscriber.usecase import DefaultSubscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis import failpoints
from chassis.kafka import KafkaSettings
from chassis.taken import Record
from contracts.topics import Topic

# A member that died is missed after its session: the shortest that Kafka's default allows. One that
# lives has longer to come to a rebalance, for it first finishes what it has in hand.
_SESSION_MS = 6_000
_REBALANCE_MS = 10_000

_MECHANISMS = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}

BatchHandler = Callable[[Sequence[Record]], Awaitable[None]]


def subscription(
    name: str, settings: KafkaSettings, topics: Collection[Topic], handle: BatchHandler
) -> tuple[KafkaBroker, DefaultSubscriber]:
    """A broker, not started, whose one subscriber gives `handle` all records of the topics.

    name: of the consumer group. Offsets are committed when `handle` returns; when it raises, the
    whole batch comes again.
    """
    broker = KafkaBroker(
        settings.kafka,
        security=security(settings),
        client_id=name,
        consumer_only=True,
        apply_types=False,
        graceful_timeout=5.0,
        logger=None,
    )
    subscriber = broker.subscriber(
        *_where(settings, topics).get("topics", ()),
        partitions=_where(settings, topics).get("partitions", ()),
        group_id=name,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        fetch_max_wait_ms=settings.consumer_fetch_wait_ms,
        session_timeout_ms=_SESSION_MS,
        heartbeat_interval_ms=_SESSION_MS // 3,
        rebalance_timeout_ms=_REBALANCE_MS,
        # Both would decode headers and JSON before we can reject a bad record.
        parser=_parse,
        decoder=_decode,
    )

    async def take(message: Any) -> None:
        # FastStream has committed the offsets of the batch before this one.
        failpoints.reached("offsets.after")
        records = await _with_all_fetched(message, settings.consumer_batch)
        try:
            await handle(records)
        except BaseException:
            _rewind(message, records)
            raise
        failpoints.reached("offsets.before")

    subscriber(take)
    return broker, subscriber


def security(settings: KafkaSettings) -> BaseSecurity:
    """The settings' security in FastStream's words; it makes the clients, so it has to be told."""
    said = settings.security()
    context = said.get("ssl_context")
    if "sasl_mechanism" not in said:
        return BaseSecurity(ssl_context=context)
    mechanism = _MECHANISMS[said["sasl_mechanism"]]
    return mechanism(said["sasl_plain_username"], said["sasl_plain_password"], ssl_context=context)


def _where(settings: KafkaSettings, topics: Collection[Topic]) -> dict[str, Any]:
    names = sorted(topics, key=lambda topic: topic.name)
    if settings.kafka_groups:
        return {"topics": [topic.name for topic in names]}
    return {
        "partitions": [
            TopicPartition(topic=topic.name, partition=number)
            for topic in names
            for number in range(settings.kafka_partitions or topic.partitions)
        ]
    }


async def _with_all_fetched(message: Any, most: int) -> list[Record]:
    """The message's record and what else lies fetched, `most` in all; waits for nothing."""
    first: Record = message.raw_message
    if most == 1:
        return [first]
    others = await message.consumer.getmany(timeout_ms=0, max_records=most - 1)
    return [first, *chain.from_iterable(others.values())]


def _rewind(message: Any, records: Sequence[Record]) -> None:
    """Makes the consumer read these again; FastStream's NACK knows of the first only."""
    earliest: dict[FetchedPartition, int] = {}
    for record in records:
        partition = FetchedPartition(record.topic, record.partition)
        earliest[partition] = min(record.offset, earliest.get(partition, record.offset))
    for partition, offset in earliest.items():
        try:
            message.consumer.seek(partition, offset)
        except IllegalStateError:
            # Taken from us by a rebalance meanwhile: its next holder starts at the last commit.
            continue


async def _parse(record: Any, original: Callable[[Any], Awaitable[Any]]) -> Any:
    message = await original(replace(record, headers=(), value=b""))
    message.raw_message = record
    return message


async def _decode(message: Any) -> Any:
    return message
