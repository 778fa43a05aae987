"""Whether a consumer hangs, told apart from one that waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


class InHand:
    """How long a consumer is at what it has in hand: one record, or one topic's states of a batch.

    Longer than `bound` is a hang. The clock runs within a try at a batch only, and starts anew
    with each record, so that these are none:

    - a pause before a batch is tried again, however long the database or the broker is away;
    - a wait for the database: each for a connection, a lock or a statement ends within 30 s, by
      itself or as an error, which ends the try;
    - a long batch that gets on, also where it is taken record by record.

    A handler that blocks the whole process is not seen here: then nothing answers at all.
    """

    def __init__(self, bound: timedelta) -> None:
        self._bound = bound.total_seconds()
        self._since: float | None = None

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Around one try at a batch, or at a record of one that failed."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None

    def next(self) -> None:
        """The try has come to its next record."""
        if self._since is not None:
            self._since = time.monotonic()

    @property
    def seconds(self) -> float:
        """0 while nothing is tried."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    @property
    def hangs(self) -> bool:
        return self.seconds > self._bound
