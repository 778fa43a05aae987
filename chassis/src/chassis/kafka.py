"""The way to the broker: settings, topics, and a producer that can always be let go of."""

import asyncio
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from pydantic import Field, field_validator

from chassis.kafka_security import KafkaSecuritySettings
from chassis.settings import Duration
from contracts.topics import Topic

log = structlog.get_logger(__name__)
_ADDRESS = re.compile(r"\s*[^\s:,/]+:[0-9]{1,5}\s*|\s*\[[0-9a-fA-F:.]+\]:[0-9]{1,5}\s*", re.ASCII)


class KafkaSettings(KafkaSecuritySettings):
    """kafka: `HOST:PORT[,HOST:PORT]`.

    kafka_idempotence: off where the broker refuses InitProducerId (the embedded one does).
    kafka_groups: off where one process holds all partitions, as in the embedded profile, whose
    broker makes every first join of a group wait five seconds. kafka_replication: of new topics;
    None for three, or for as many brokers as there are. consumer_batch: records in one
    transaction at most. consumer_fetch_wait_ms: how long the broker may keep a fetch open that
    finds nothing. consumer_rest_ms: see pacing.py; 0 is never. consumer_hangs_after: how long a
    consumer may be at one record until it is said to hang, see in_hand.py.
    kafka_partitions: of every topic; None for the contract's number. outbox_purge: off where the
    broker forgets, and somebody else knows which published rows every consumer has passed.
    """

    kafka: str = Field(min_length=3)
    kafka_idempotence: bool = True
    outbox_purge: bool = True
    kafka_groups: bool = True
    kafka_replication: int | None = Field(default=None, ge=1, le=9)
    consumer_batch: int = Field(default=500, ge=1, le=10_000)
    consumer_fetch_wait_ms: int = Field(default=500, ge=1, le=30_000)
    consumer_rest_ms: int = Field(default=0, ge=0, le=60_000)
    consumer_hangs_after: Duration = timedelta(minutes=5)
    kafka_partitions: int | None = Field(default=None, ge=1, le=1000)

    @field_validator("kafka")
    @classmethod
    def _is_addresses(cls, value: str) -> str:
        if not all(_ADDRESS.fullmatch(part) for part in value.split(",")):
            raise ValueError("must be HOST:PORT[,HOST:PORT]")
        return value

    @field_validator("consumer_hangs_after")
    @classmethod
    def _is_a_while(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(hours=24):
            raise ValueError("must be between 1s and 24h")
        return value

    def connection(self) -> dict[str, Any]:
        """What each of aiokafka's clients takes: where the brokers are, and how they know us."""
        return {"bootstrap_servers": self.kafka, **self.security()}


async def ensure_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> list[str]:
    """Creates the topics that the broker lacks and returns their names; raises KafkaError."""
    admin = AIOKafkaAdminClient(**settings.connection(), request_timeout_ms=20_000)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if not missing:
            return []
        # aiokafka has no word for the broker's own default.
        brokers = len((await admin.describe_cluster())["brokers"])
        replication = settings.kafka_replication or min(3, brokers)
        answer = await admin.create_topics(
            [new_topic(topic, replication, settings.kafka_partitions) for topic in missing]
        )
        for name, code, *_ in answer.topic_errors:
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise error(name)
        return [topic.name for topic in missing]
    finally:
        await admin.close()


def new_topic(topic: Topic, replication: int, partitions: int | None) -> NewTopic:
    """partitions: None for the contract's number.

    Of three replicas two must have what is acknowledged: by Kafka's default one is enough while the
    others are behind, and a record that the relay has marked would be lost with that one. Of two,
    either may be missing, or nothing could be said while one broker restarts.
    """
    in_sync = {"min.insync.replicas": "2"} if replication >= 3 else {}
    return NewTopic(
        topic.name,
        num_partitions=partitions or topic.partitions,
        replication_factor=replication,
        topic_configs={**topic.config, **in_sync},
    )


def new_producer(settings: KafkaSettings) -> AIOKafkaProducer:
    """A producer that waits for all replicas; not started.

    Idempotent where the broker can, so that its own retries neither double nor reorder.
    """
    return AIOKafkaProducer(
        **settings.connection(),
        acks="all",
        enable_idempotence=settings.kafka_idempotence,
        linger_ms=2,
        max_batch_size=256 * 1024,
        max_request_size=1024 * 1024,
        request_timeout_ms=8_000,
        retry_backoff_ms=100,
    )


async def let_go(producer: AIOKafkaProducer, timeout: float = 3.0) -> None:
    """Stops a producer within `timeout` seconds, whatever the broker does.

    `AIOKafkaProducer.stop` flushes first and so hangs while the broker is away. Then its sender
    task is ended by hand, or it would go on sending what the relay has already taken back.
    """
    try:
        await asyncio.wait_for(producer.stop(), timeout)
    except (TimeoutError, KafkaError):
        sender = producer._sender.sender_task
        if sender is not None and not sender.done():
            sender.cancel()
            await asyncio.wait([sender], timeout=timeout)
        try:
            await asyncio.wait_for(producer.client.close(), timeout)
        except (TimeoutError, KafkaError) as error:
            log.warning("producer_left_behind", error=type(error).__name__)
