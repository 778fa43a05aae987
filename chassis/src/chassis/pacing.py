"""Rests between fetches, for a broker whose open fetches cost a lot and come back late.

The embedded broker looks again and again while it keeps a fetch open, and answers a new record
only at its next look. So there consumers fetch briefly, rest, and are woken by who published:
all of them run in one process. Kafka answers at once and rests for nothing; there nobody paces.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError


class Pausable(Protocol):
    """The part of AIOKafkaConsumer that matters here."""

    def assignment(self) -> frozenset[TopicPartition]: ...
    def pause(self, *partitions: TopicPartition) -> None: ...
    def resume(self, *partitions: TopicPartition) -> None: ...


class Pacer:
    """Pauses and resumes one consumer. rest: seconds between looks when nobody calls.
    look: seconds that a look lasts, enough for one fetch to come back."""

    def __init__(self, consumer: Pausable, rest: float, look: float) -> None:
        self._consumer = consumer
        self._rest = rest
        self._look = look
        self._called = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name="pacer")

    def call(self) -> None:
        """There is something to fetch, or there was just now."""
        self._called.set()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._called.clear()
            self._each(self._consumer.resume)
            await asyncio.sleep(self._look)
            if self._called.is_set():
                continue
            self._each(self._consumer.pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), self._rest)

    def _each(self, act: Callable[..., None]) -> None:
        with contextlib.suppress(IllegalStateError):
            act(*self._consumer.assignment())
