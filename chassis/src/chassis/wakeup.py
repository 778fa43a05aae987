"""Wakes workers when a row was committed for them: PostgreSQL's LISTEN and NOTIFY.

A notification may be lost (a connection breaks), so everybody who waits also looks by itself
now and then: `wait` returns after `net` seconds at the latest.
"""

import asyncio
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger(__name__)


class Wakeup:
    """One listening connection with an event per channel. Start it before its workers."""

    def __init__(self, url: str, *channels: str) -> None:
        self._url = url
        self._events = {channel: asyncio.Event() for channel in channels}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen(), name="wakeup")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ring(self, channel: str) -> None:
        """Wake the channel's waiters from inside the process."""
        self._events[channel].set()

    async def wait(self, channel: str, net: float) -> None:
        """Returns when the channel was rung since the last wait, or after `net` seconds."""
        event = self._events[channel]
        try:
            await asyncio.wait_for(event.wait(), net)
        except TimeoutError:
            return
        event.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception as error:
                # Whatever it was: who waits still looks by itself, and a new connection may do.
                log.warning("wakeup_connection_lost", error=type(error).__name__)
            await asyncio.sleep(1)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=10)
        closed = asyncio.Event()
        connection.add_termination_listener(lambda _: closed.set())
        try:
            for channel in self._events:
                await connection.add_listener(channel, self._rung)
            # What was committed while nobody listened.
            for event in self._events.values():
                event.set()
            await closed.wait()
        finally:
            if not connection.is_closed():
                connection.terminate()

    def _rung(self, _connection: Any, _pid: int, channel: str, _payload: str) -> None:
        self._events[channel].set()
