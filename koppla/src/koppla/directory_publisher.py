"""Publishes directory records: what `koppla import` and a fresh embedded broker get."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    UnknownError,
    UnsupportedVersionError,
)

from chassis.kafka import KafkaSettings, let_go
from contracts.envelope import Envelope, uuid7
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.event import Event

KINDS: dict[str, type[Event]] = {"clients": ClientRecord, "bureaus": BureauRecord}
_ROUND = 2000
_NOT_IDEMPOTENT = (UnknownError, UnsupportedVersionError, IncompatibleBrokerVersion)


async def publish(
    settings: KafkaSettings,
    kind: str,
    changes: Iterable[tuple[str, str | None]],
    *,
    progress: Callable[[int], Any] = lambda _: None,
    patience: float = 20.0,
) -> int:
    """Publishes (key, JSON or None) in order; the number, once the broker has them all.

    progress is told how many more were acknowledged. patience: seconds for the broker to answer,
    at each step. Raises KafkaError or TimeoutError.
    """
    event = KINDS[kind]
    published = 0
    waiting: list[asyncio.Future[Any]] = []
    producer = await _started(settings, settings.kafka_idempotence, patience)
    try:
        for key, value in changes:
            envelope = Envelope(uuid7(), event.type_name(), "directory", datetime.now(UTC))
            waiting.append(
                await producer.send(
                    event.topic.name,
                    key=key.encode(),
                    value=None if value is None else value.encode(),
                    headers=envelope.headers(),
                )
            )
            if len(waiting) == _ROUND:
                published += await _all(waiting, progress, patience)
        published += await _all(waiting, progress, patience)
        return published
    finally:
        for unanswered in waiting:
            unanswered.cancel()
        # Not `stop`: it flushes first, for ever where the broker has gone.
        await let_go(producer)


async def _started(settings: KafkaSettings, idempotence: bool, patience: float) -> AIOKafkaProducer:
    producer = AIOKafkaProducer(
        **settings.connection(),
        acks="all",
        enable_idempotence=idempotence,
        linger_ms=5,
        max_batch_size=512 * 1024,
        request_timeout_ms=int(patience * 1000),
    )
    try:
        async with asyncio.timeout(patience):
            await producer.start()
    except _NOT_IDEMPOTENT:
        await let_go(producer)
        if not idempotence:
            raise
        # An embedded broker that somebody named by its address. Directory records are taken as
        # they stand, so one that comes twice does no harm; but nothing keeps them for its next run.
        sys.stderr.write(
            f"{settings.kafka} is a broker that forgets when it ends:"
            " import with --data to keep this\n"
        )
        return await _started(settings, False, patience)
    except BaseException:
        await let_go(producer)
        raise
    return producer


async def _all(
    waiting: list[asyncio.Future[Any]], progress: Callable[[int], Any], patience: float
) -> int:
    async with asyncio.timeout(2 * patience):
        await asyncio.gather(*waiting)
    number = len(waiting)
    progress(number)
    waiting.clear()
    return number
