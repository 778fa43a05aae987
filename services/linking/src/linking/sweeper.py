"""The worker that looks for requests whose time has come, in linking's `consume` role."""

import asyncio
from datetime import timedelta

import structlog

from chassis.backoff import Backoff
from chassis.database import Database, is_transient
from chassis.outbox import Outbox
from linking.service.sweeping import Due, sweep_one
from linking.storage import requests

log = structlog.get_logger(__name__)

_AT_ONCE = 200
_SELDOM_S, _OFTEN_S = 15.0, 0.5


class Sweeper:
    """Sweeps now and then: often enough for the shortest window, seldom enough to cost nothing.

    Each request is swept in a transaction of its own, so that a stuck pair holds up no other.
    """

    def __init__(
        self, database: Database, outbox: Outbox, link_ttl: timedelta, remind_before: timedelta
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._remind_before = remind_before
        shortest = min(link_ttl, remind_before or link_ttl).total_seconds()
        self._rest = max(_OFTEN_S, min(_SELDOM_S, shortest / 20))
        self._backoff = Backoff(first=1.0, most=60.0)
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def sweep(self) -> int:
        """Sweeps all that is due now; how many requests were expired or reminded of."""
        done = 0
        while not self._stopping.is_set():
            async with self._database.transaction() as session:
                found = await requests.due(
                    session, remind_before=self._remind_before, limit=_AT_ONCE
                )
            acted = sum([await self._one(due) for due in found])
            done += acted
            # Others may sweep the same ones: what none of us could act on is looked at again later.
            if len(found) < _AT_ONCE or not acted:
                break
        return done

    async def _one(self, due: Due) -> bool:
        try:
            async with self._database.transaction() as session:
                return await sweep_one(session, self._outbox, due, self._remind_before)
        except Exception as error:
            if is_transient(error):
                raise
            # One that can't be swept must not hold up those behind it.
            log.exception("not_swept", request=str(due[0]))
            return False

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                swept = await self.sweep()
                if swept:
                    log.info("swept", requests=swept)
                self._backoff.reset()
            except Exception as error:
                log.warning("sweep_failed", error=type(error).__name__, exc_info=error)
                await self._backoff.wait(self._stopping)
                continue
            try:
                await asyncio.wait_for(self._stopping.wait(), self._rest)
            except TimeoutError:
                continue
