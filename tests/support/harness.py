"""What tests stand on: a real database, a real broker, tokens, and one service around them."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from chassis.app import Service, running
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings, ensure_topics
from chassis.migrations import folder, migrate
from chassis.settings import load
from contracts.envelope import Envelope, uuid7
from contracts.events.event import Event
from contracts.topics import TOPICS, Topic
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer

E = TypeVar("E", bound=Event)
S = TypeVar("S", bound=DatabaseSettings)


class Broker:
    """A running broker with all topics, and a producer and a reader for tests."""

    def __init__(self, bootstrap_servers: str, settings: Mapping[str, Any]) -> None:
        self.bootstrap_servers = bootstrap_servers
        self.settings = {"kafka": bootstrap_servers, **settings}

    async def create_topics(self) -> None:
        await ensure_topics(load(KafkaSettings, **self.settings), TOPICS)

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, acks="all")
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()

    async def publish(self, *events: Event, source: str = "test") -> list[Envelope]:
        """Publishes events as their services would; their envelopes."""
        envelopes = []
        async with self.producer() as producer:
            for event in events:
                envelope = Envelope(uuid7(), event.type_name(), source, datetime.now(UTC))
                await producer.send_and_wait(
                    event.topic.name,
                    key=event.key().encode(),
                    value=event.model_dump_json().encode(),
                    headers=envelope.headers(),
                )
                envelopes.append(envelope)
        return envelopes

    async def publish_raw(
        self,
        topic: Topic,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        async with self.producer() as producer:
            await producer.send_and_wait(topic.name, key=key, value=value, headers=headers)

    async def records(self, topic: Topic) -> list[ConsumerRecord[Any, Any]]:
        """Everything on the topic now, in order within each partition."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers, enable_auto_commit=False
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(topic.name, n) for n in range(topic.partitions)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[ConsumerRecord[Any, Any]] = []
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += batch
            return found
        finally:
            await consumer.stop()

    async def events(self, kind: type[E]) -> list[E]:
        """Every event of one type on its topic now."""
        return [
            kind.model_validate_json(record.value)
            for record in await self.records(kind.topic)
            if Envelope.of(record.headers).type == kind.type_name()
        ]


@dataclass
class Running:
    """A service under test: its parts, an HTTP client of it, and its database's owner's URL."""

    service: Service
    http: httpx.AsyncClient
    owner_url: str
    settings: Any

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """What a query says, by the owner."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()


class Harness:
    """Starts services on a database of their own each."""

    def __init__(
        self, postgres: EmbeddedPostgres, broker: Broker, issuer: DevelopmentIssuer, home: Path
    ) -> None:
        self.postgres = postgres
        self.broker = broker
        self.issuer = issuer
        self.home = home

    def bearer(
        self, sub: str, *roles: str, bureau_id: str | None = None, **claims: Any
    ) -> dict[str, str]:
        """The Authorization header of somebody."""
        token = self.issuer.token(sub, roles, bureau_id=bureau_id, **claims)
        return {"authorization": f"Bearer {token}"}

    async def database(self, name: str) -> tuple[str, str]:
        """A fresh, migrated database of a service: URLs of its owner and of its runtime role."""
        template = f"{name}_template"
        owner, runtime = f"{name}_owner", f"{name}_runtime"
        admin = await asyncpg.connect(self.postgres.url("postgres"))
        try:
            known = "SELECT 1 FROM pg_database WHERE datname = $1"
            if not await admin.fetchval(known, template):
                await self.postgres.ensure_service(name)
                await migrate(self.postgres.url(name, owner), folder(name))
                await admin.execute(
                    f'CREATE DATABASE "{template}" TEMPLATE "{name}" OWNER "{owner}"'
                )
            fresh = f"{name}_{secrets.token_hex(4)}"
            await admin.execute(f'CREATE DATABASE "{fresh}" TEMPLATE "{template}" OWNER "{owner}"')
        finally:
            await admin.close()
        return self.postgres.url(fresh, owner), self.postgres.url(fresh, runtime)

    @asynccontextmanager
    async def running(
        self,
        name: str,
        settings: type[S],
        build: Callable[[S], Service],
        *,
        roles: Sequence[str] = ("serve", "consume", "relay"),
        urls: tuple[str, str] | None = None,
        **given: Any,
    ) -> AsyncIterator[Running]:
        """The service on a fresh database, or on the one of `urls` (owner's, runtime's)."""
        owner_url, runtime_url = urls or await self.database(name)
        common: dict[str, Any] = {
            "database_url": runtime_url,
            "issuer": ISSUER,
            "audience": AUDIENCE,
            "jwks_url": self.issuer.jwks_url,
            **self.broker.settings,
        }
        loaded = load(settings, **{**common, **given})
        service = build(loaded)
        transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
        async with (
            running(service, roles),
            httpx.AsyncClient(transport=transport, base_url="http://koppla.test") as http,
        ):
            yield Running(service, http, owner_url, loaded)
