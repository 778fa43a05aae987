"""Publishes directory records: what `koppla import` and a fresh embedded broker get."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.kafka import let_go
from contracts.envelope import Envelope, uuid7
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.event import Event

KINDS: dict[str, type[Event]] = {"clients": ClientRecord, "bureaus": BureauRecord}
_ROUND = 2000


async def publish(
    kafka: str,
    kind: str,
    changes: Iterable[tuple[str, str | None]],
    *,
    idempotence: bool,
    progress: Callable[[int], Any] = lambda _: None,
    patience: float = 20.0,
) -> int:
    """Publishes (key, JSON or None) in order; the number, once the broker has them all.

    progress is told how many more were acknowledged. patience: seconds for the broker to answer,
    at each step. Raises KafkaError or TimeoutError.
    """
    event = KINDS[kind]
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        acks="all",
        enable_idempotence=idempotence,
        linger_ms=5,
        max_batch_size=512 * 1024,
        request_timeout_ms=int(patience * 1000),
    )
    published = 0
    waiting: list[asyncio.Future[Any]] = []
    try:
        async with asyncio.timeout(patience):
            await producer.start()
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


async def _all(
    waiting: list[asyncio.Future[Any]], progress: Callable[[int], Any], patience: float
) -> int:
    async with asyncio.timeout(2 * patience):
        await asyncio.gather(*waiting)
    number = len(waiting)
    progress(number)
    waiting.clear()
    return number
