"""When to stop sending altogether: the mail server refuses us, not the mails."""

import time

import structlog

from notifier.outcomes import Halted, Outcome, Refused, Sent

log = structlog.get_logger(__name__)


class Brake:
    """first, most: seconds of the first and the longest pause; each doubles the one before.

    burst: refused recipients in a row, over all connections, that are no chance any more. The one
    that makes it a burst stays queued, and so do those after it until a mail goes through.
    """

    def __init__(self, first: float, most: float = 600.0, burst: int = 20) -> None:
        self._first = first
        self._most = most
        self._burst = burst
        self._refused = 0
        self._pauses = 0
        self._until = 0.0

    @property
    def seconds(self) -> float:
        """How long nothing may be sent yet; 0 when all is well."""
        return max(0.0, self._until - time.monotonic())

    def judge(self, outcome: Outcome) -> Outcome:
        """The outcome itself, or, for one refusal too many, Halted; pauses at Halted."""
        if isinstance(outcome, Sent):
            self._refused = self._pauses = 0
        elif isinstance(outcome, Refused):
            self._refused += 1
            if self._refused >= self._burst:
                self._refused = self._burst - 1
                outcome = Halted(outcome.error)
        # Mails that were under way when the pause began don't make it longer.
        if isinstance(outcome, Halted) and not self.seconds:
            pause = min(self._most, self._first * 2.0 ** min(self._pauses, 30))
            self._pauses += 1
            self._until = time.monotonic() + pause
            log.error("mail_queue_paused", seconds=pause, error=outcome.error, alert=True)
        return outcome
