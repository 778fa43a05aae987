"""Waits that grow, with jitter, so that many who failed together don't come back together."""

import asyncio
import random


class Backoff:
    """first, most: seconds of the first and of the longest wait; each doubles the one before."""

    def __init__(self, first: float = 0.1, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait now: between half and all of the current step."""
        step = min(self._most, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return step * random.uniform(0.5, 1.0)  # noqa: S311 (jitter, not a secret)

    def reset(self) -> None:
        self._failures = 0

    async def wait(self, stopping: asyncio.Event) -> None:
        """Waits the next step, or until `stopping` is set."""
        try:
            await asyncio.wait_for(stopping.wait(), self.next())
        except TimeoutError:
            return
