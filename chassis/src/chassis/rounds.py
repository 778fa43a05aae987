"""A worker that does something now and then, and goes on whatever comes of it."""

import asyncio
import random
from abc import ABC, abstractmethod

import structlog

from chassis.backoff import Backoff

log = structlog.get_logger(__name__)


class Rounds(ABC):
    """Calls `work` again and again. name: in the log and of the task. first, every: seconds before
    the first round and between two, with jitter, so that replicas do not all come at once.

    A round that fails is logged and comes again sooner or later, as failures go on.
    """

    def __init__(self, name: str, *, first: float, every: float) -> None:
        self._name = name
        self._first = first
        self._every = every
        self._backoff = Backoff(first=1.0, most=60.0)
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @abstractmethod
    async def work(self) -> None:
        """One round. It looks at `stopping` between two steps of its own."""

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _run(self) -> None:
        rest = self._first
        while not await self._stops_within(rest * random.uniform(0.9, 1.1)):  # noqa: S311
            rest = self._every if await self._round() else self._backoff.next()

    async def _stops_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _round(self) -> bool:
        try:
            await self.work()
        except Exception as error:
            log.warning(
                "round_failed", worker=self._name, error=type(error).__name__, exc_info=error
            )
            return False
        self._backoff.reset()
        return True
