"""Faults in what lies on the topics: poison, copies, and records out of order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer

from chassis.headers import of_json
from contracts.envelope import uuid7
from contracts.topics import (
    DIRECTORY_CLIENTS,
    LINKING_LINKS,
    LINKING_REQUESTS,
    NOTIFIER_DELIVERIES,
    SERVICES,
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


@fault
async def out_of_order(nemesis: Nemesis) -> str:
    """A link's end lies on the topic before its beginning, and later both once more in order."""
    pair = nemesis.person.pairs[-1]
    relays = nemesis.world.processes("linking", "relay")
    for relay in relays:
        await relay.ready()
    async with nemesis.person.at_work(pair) as (bureau, nobody):
        request = await nemesis.person.ask(pair, bureau)
        for admin in pair.client.system_admins:
            await nemesis.person.mailed(pair, request, admin.email, bureau)
        for relay in relays:
            relay.halt()
        try:
            await nemesis.person.accept(pair, request, bureau, nobody)
            await nemesis.person.end(pair, bureau)
            rows = await nemesis.world.rows(
                "linking",
                "SELECT value, headers FROM outbox WHERE key = $1 AND topic = $2"
                " AND published_at IS NULL ORDER BY id DESC",
                pair.key,
                LINKING_LINKS.name,
            )
            async with _producer(nemesis) as producer:
                for row in rows:
                    await producer.send_and_wait(
                        LINKING_LINKS.name,
                        key=pair.key.encode(),
                        value=row["value"],
                        headers=of_json(row["headers"]),
                    )
            await asyncio.sleep(2)
        finally:
            for relay in relays:
                relay.wake()
    return f"{len(rows)} events, the newest first"


@fault
async def outboxes_replayed(nemesis: Nemesis) -> str:
    """Everything that the outboxes still hold, seven days of it, is published once more."""
    number = 0
    async with nemesis.world.client("operator", "ops") as http:
        for service in SERVICES:
            number += await _replayed(http, service)
    return f"{number} events"


async def _replayed(http: httpx.AsyncClient, service: str) -> int:
    """What `koppla replay SERVICE` does, page by page; a page that was not answered is asked for
    again."""
    number = 0
    asked: dict[str, Any] = {"snapshot": False}
    while True:
        try:
            answer = await http.post(f"/v1/ops/{service}/replay", json=asked)
        except httpx.TransportError:
            continue
        if answer.status_code == 503:
            continue
        answer.raise_for_status()
        done = answer.json()
        number += int(done["events"])
        if done["next_cursor"] is None:
            return number
        asked = {**asked, "cursor": done["next_cursor"]}


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
