"""Limits on bursts: how often one caller may come in a short while.

Counted in memory, by each process for itself: of N replicas behind one address, a caller may get N
times as much. That is enough against floods and guessing; what must hold over replicas and
restarts is counted in the database.
"""

import time
from collections import OrderedDict
from datetime import timedelta

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from chassis.rates import Rate, too_many
from chassis.telemetry import Metrics

MOST_COUNTERS = 100_000
"""Of one limit, at most two for each caller; 35 MB when full."""


class Bursts:
    """One limit. rate: of each caller; None for no limit. name: in metrics."""

    def __init__(
        self, name: str, rate: Rate | None, metrics: Metrics, *, most: int = MOST_COUNTERS
    ) -> None:
        self._name = name
        self._rate = rate
        self._metrics = metrics
        self._counters = _Counters(most)
        self._limiter = SlidingWindowCounterRateLimiter(self._counters)

    def check(self, caller: str) -> None:
        """Counts an attempt of the caller, who is named nowhere else.

        Raises RATE_LIMITED, with Retry-After. A refused attempt isn't counted, so that who
        goes on trying is let in no later.
        """
        if self._rate is None:
            return
        window = round(self._rate.window.total_seconds())
        item = RateLimitItemPerSecond(self._rate.count, window)
        if not self._limiter.hit(item, caller):
            # At the very moment the count is still full; a moment later it is not.
            wait = timedelta(seconds=self._wait(item, caller), milliseconds=1)
            raise too_many(self._metrics, self._name, wait)

    def _wait(self, item: RateLimitItemPerSecond, caller: str) -> float:
        """Seconds until one more is let in. The library's own reset time is when its weighted count
        next changes, which may be too early."""
        window = item.get_expiry()
        before, before_ends, now, now_ends = self._counters.get_sliding_window(
            item.key_for(caller), window
        )
        free = item.amount - now
        if free <= 0:
            return now_ends - window  # this window is full: it must end, and then weighs less
        return before_ends - free * window / before if before else 0.0


class _Counters(MemoryStorage):
    """The library's counters with a bound: the least recently used are forgotten first.

    The library's own are freed by a thread that walks through all of them up to a hundred times a
    second, and are as many as callers come within two windows: whoever has a network of IPv6 could
    fill the memory. Who has more addresses than the bound is not held by a limit per address
    anyway. A counter's key names its window, so an old one is never read.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._kept: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def get(self, key: str) -> int:
        return self._kept.get(key, (0, 0.0))[0]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        count = self.get(key) + amount
        now = time.monotonic()
        self._kept[key] = count, now + expiry
        self._kept.move_to_end(key)
        while len(self._kept) > self._most or next(iter(self._kept.values()))[1] <= now:
            self._kept.popitem(last=False)
        return count
