"""Faults in what lies on the topics: poison, copies, and records out of order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer

from contracts.envelope import uuid7
from contracts.topics import (
    DIRECTORY_CLIENTS,
    LINKING_LINKS,
    LINKING_REQUESTS,
    NOTIFIER_DELIVERIES,
    Topic,
)
from tests.faults.nemesis import Nemesis, fault
from tests.support.harness import Broker

POISON_KEY = "poison:1"
"""The key of everything bad that the nemesis publishes: so the judge tells its letters."""

Headers = list[tuple[str, bytes]]


def _headers(kind: str, **other: str) -> Headers:
    about = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid7()),
        "ce_type": kind,
        "ce_source": "nemesis",
        "ce_time": "2026-01-01T00:00:00Z",
        **other,
    }
    return [(name, value.encode()) for name, value in about.items()]


POISON: list[tuple[Topic, bytes | None, Headers, bool]] = [
    (LINKING_LINKS, b"{broken", _headers("LinkEstablished"), True),
    (LINKING_LINKS, b'{"bureau_id": 7}', _headers("LinkEnded"), True),
    (LINKING_LINKS, b"{}", _headers("LinkMelted"), False),
    (LINKING_LINKS, None, _headers("LinkEstablished"), True),
    (LINKING_LINKS, b"[" * 1_000_000, _headers("LinkEstablished"), True),
    (LINKING_REQUESTS, b"{}", [], True),
    (LINKING_REQUESTS, b"\xff\x00", _headers("LinkRequested"), True),
    (LINKING_REQUESTS, b"{}", _headers("LinkRequested", ce_time="9999-12-31T23:59:59Z"), True),
    (NOTIFIER_DELIVERIES, b"{}", _headers("MailSent", ce_id="no uuid"), True),
    (DIRECTORY_CLIENTS, b'{"tenant_id": "not its key"}', [], True),
]
"""topic, value, headers, whether it is a dead letter (an unknown type is skipped and counted)."""


@fault
async def poison(nemesis: Nemesis) -> str:
    """Broken JSON, a wrong type, an unknown type, a tombstone, one megabyte, no headers, a clock
    that is 8,000 years ahead."""
    async with _producer(nemesis) as producer:
        for topic, value, headers, _ in POISON:
            await producer.send_and_wait(
                topic.name, key=POISON_KEY.encode(), value=value, headers=headers
            )
    return f"{len(POISON)} records"


@fault
async def doubled_and_shuffled(nemesis: Nemesis) -> str:
    """What lies on the topics is published again, in another order, under the same event ids."""
    number = 0
    broker = Broker(nemesis.world.kafka.bootstrap_servers, {})
    async with _producer(nemesis) as producer:
        for topic in (LINKING_REQUESTS, LINKING_LINKS, NOTIFIER_DELIVERIES):
            found = [one for one in await broker.records(topic) if one.key != POISON_KEY.encode()]
            chosen = nemesis.random.sample(found, min(200, len(found)))
            for record in chosen:
                number += 1
                await producer.send(
                    topic.name,
                    key=record.key,
                    value=record.value,
                    headers=[*record.headers, ("nemesis", b"copy")],
                )
        await producer.flush()
    return f"{number} copies"


@asynccontextmanager
async def _producer(nemesis: Nemesis) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=nemesis.world.kafka.bootstrap_servers,
        acks="all",
        max_request_size=2_000_000,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
