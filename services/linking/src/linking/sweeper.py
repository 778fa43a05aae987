"""The worker that looks for requests whose time has come, in linking's `consume` role."""

from datetime import timedelta

import structlog

from chassis.database import Database, is_transient
from chassis.outbox import Outbox
from chassis.rounds import Rounds
from linking.service.sweeping import Due, sweep_one
from linking.storage import requests

log = structlog.get_logger(__name__)

_AT_ONCE = 200
_SELDOM_S, _OFTEN_S = 15.0, 0.5


class Sweeper(Rounds):
    """Sweeps now and then: often enough for the shortest window, seldom enough to cost nothing.

    Each request is swept in a transaction of its own, so that a stuck pair holds up no other.
    """

    def __init__(
        self, database: Database, outbox: Outbox, link_ttl: timedelta, remind_before: timedelta
    ) -> None:
        shortest = min(link_ttl, remind_before or link_ttl).total_seconds()
        every = max(_OFTEN_S, min(_SELDOM_S, shortest / 20))
        super().__init__("sweeper", first=0, every=every)
        self._database = database
        self._outbox = outbox
        self._remind_before = remind_before

    async def work(self) -> None:
        swept = await self.sweep()
        if swept:
            log.info("swept", requests=swept)

    async def sweep(self) -> int:
        """Sweeps all that is due now; how many requests were expired or reminded of."""
        done = 0
        while not self.stopping:
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
