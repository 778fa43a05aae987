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

_PATIENCE_S = 5.0
_GLANCE_S = 0.005


class Pausable(Protocol):
    """The part of AIOKafkaConsumer that matters here."""

    def assignment(self) -> frozenset[TopicPartition]: ...
    def pause(self, *partitions: TopicPartition) -> None: ...
    def resume(self, *partitions: TopicPartition) -> None: ...
    def last_poll_timestamp(self, partition: TopicPartition) -> int | None: ...


class Pacer:
    """Pauses and resumes one consumer. rest: seconds between looks when nobody calls."""

    def __init__(self, consumer: Pausable, rest: float) -> None:
        self._consumer = consumer
        self._rest = rest
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
            # The first fetch after a call may have been under way before it.
            fetches = 2 if self._called.is_set() else 1
            self._called.clear()
            self._each(self._consumer.resume)
            for _ in range(fetches):
                await self._fetched()
            if self._called.is_set():
                continue
            self._each(self._consumer.pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), self._rest)

    async def _fetched(self) -> None:
        """Returns when a fetch has come back and its records were handed on, however slow that is:
        aiokafka drops what comes back for a partition that is paused by then."""
        before = self._last_fetch()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                # Looked at again and again: aiokafka has no event for it.
                while self._last_fetch() == before:  # noqa: ASYNC110
                    await asyncio.sleep(_GLANCE_S)
        await asyncio.sleep(_GLANCE_S)

    def _last_fetch(self) -> int:
        """Milliseconds of the newest answer to a fetch."""
        try:
            answers = map(self._consumer.last_poll_timestamp, self._consumer.assignment())
            return max((at or 0 for at in answers), default=0)
        except IllegalStateError:
            return 0

    def _each(self, act: Callable[..., None]) -> None:
        with contextlib.suppress(IllegalStateError):
            act(*self._consumer.assignment())
