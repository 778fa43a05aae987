"""The engine that a run of the tests is made on: `make test`, or `make test BROKER=apache`."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient

from koppla.embedded.kafka import EmbeddedKafka
from koppla.waiting import until
from tests.support.apache_kafka import ApacheKafka

ENGINE = os.environ.get("KOPPLA_TEST_BROKER", "embedded")
ENGINES = ("embedded", "apache")

# Six partitions and no rests, unlike `koppla up`: as on Kafka, and tests publish from outside.
EMBEDDED_BROKER: Mapping[str, Any] = {
    "kafka_idempotence": False,
    "kafka_groups": False,
    "kafka_replication": 1,
    "consumer_fetch_wait_ms": 50,
}
APACHE_KAFKA: Mapping[str, Any] = {
    "kafka_idempotence": True,
    "kafka_groups": True,
    "kafka_replication": 1,
    "consumer_fetch_wait_ms": 50,
}
SETTINGS = APACHE_KAFKA if ENGINE == "apache" else EMBEDDED_BROKER


class OwnBroker(Protocol):
    """A broker that a test may end: by leaving its context."""

    @property
    def bootstrap_servers(self) -> str: ...


def own_broker(folder: Path, port: int = 0) -> AbstractAsyncContextManager[OwnBroker]:
    """A broker without topics, of the run's engine, for a test that takes it away."""
    return ApacheKafka(folder, port) if ENGINE == "apache" else EmbeddedKafka(folder, port)


class Brokers(Protocol):
    """Where a test's broker comes from."""

    def fresh(self, folder: Path) -> AbstractAsyncContextManager[str]:
        """Bootstrap servers of a broker without any topic."""
        ...


class EmbeddedBrokers:
    """It starts in milliseconds, so each test has one."""

    @asynccontextmanager
    async def fresh(self, folder: Path) -> AsyncIterator[str]:
        async with EmbeddedKafka(folder) as kafka:
            yield kafka.bootstrap_servers


class ApacheBrokers:
    """It takes seconds to start, so one is emptied before each test."""

    def __init__(self, kafka: ApacheKafka) -> None:
        self._kafka = kafka

    @asynccontextmanager
    async def fresh(self, folder: Path) -> AsyncIterator[str]:
        await empty(self._kafka.bootstrap_servers)
        yield self._kafka.bootstrap_servers


@asynccontextmanager
async def brokers(folder: Path) -> AsyncIterator[Brokers]:
    """Of the run's engine; what it starts lies in `folder` and is ended with the context."""
    if ENGINE == "apache":
        async with ApacheKafka(folder) as kafka:
            yield ApacheBrokers(kafka)
    else:
        yield EmbeddedBrokers()


async def empty(bootstrap_servers: str) -> None:
    """Deletes all topics and, with them, what groups have committed of them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()

    async def gone() -> bool:
        # Again and again: of the topics made just now the broker shows some a moment later.
        topics = [name for name in await admin.list_topics() if not name.startswith("__")]
        if topics:
            await admin.delete_topics(topics)
        return not topics

    try:
        await until(gone, 60, every=0.02, what="the topics to be gone")
    finally:
        await admin.close()
