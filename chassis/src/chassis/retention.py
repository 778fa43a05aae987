"""Retention: rows that are older than they may be are taken away, a few at a time.

Any number of replicas may do it at once: each batch skips what another has locked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from chassis.database import Database
from chassis.rounds import Rounds
from chassis.telemetry import Metrics

log = structlog.get_logger(__name__)
_BATCH = 1000
_SOON_S = 60.0


@dataclass(frozen=True, slots=True)
class Rule:
    """name: what goes. statement: takes away at most `:most` rows and answers how many."""

    name: str
    statement: str


def older(table: str, column: str, age: str, *, unless: str | None = None) -> Rule:
    """Rows of a table whose moment in `column` is longer ago than `age` (PostgreSQL's interval).

    unless: a condition on `t` that keeps a row all the same.
    """
    kept = "" if unless is None else f" AND NOT ({unless})"
    return Rule(
        table,
        f"WITH gone AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY("  # noqa: S608 (ours)
        f"SELECT t.ctid FROM {table} t WHERE t.{column} < clock_timestamp() - interval '{age}'"
        f"{kept} LIMIT :most FOR UPDATE SKIP LOCKED)) RETURNING 1)"
        " SELECT count(*) FROM gone",
    )


def chassis_rules(*, outbox: bool) -> tuple[Rule, ...]:
    """Of the chassis's own tables. outbox: False where somebody else knows when rows are done with.

    Published events stay for replays, claims of the inbox longer than any topic keeps a record.
    Dead letters that nobody has settled stay.
    """
    rules = (
        older("inbox", "received_at", "45 days"),
        older("idempotency_keys", "created_at", "24 hours"),
        older("dead_letters", "settled_at", "30 days", unless="t.status = 'open'"),
    )
    return (older("outbox", "published_at", "7 days"), *rules) if outbox else rules


class Purger(Rounds):
    """Applies rules now and then, soon after the start first. every: seconds between rounds."""

    def __init__(
        self, database: Database, rules: Sequence[Rule], every: float, metrics: Metrics
    ) -> None:
        super().__init__("purger", first=min(_SOON_S, every), every=every)
        self._database = database
        self._rules = rules
        self._metrics = metrics

    async def work(self) -> None:
        await self.purge()

    async def purge(self) -> dict[str, int]:
        """One round; how many rows went, by rule."""
        return {rule.name: await self._apply(rule) for rule in self._rules}

    async def _apply(self, rule: Rule) -> int:
        taken = 0
        while not self.stopping:
            async with self._database.connection() as connection:
                gone = await connection.scalar(text(rule.statement), {"most": _BATCH})
            taken += int(gone or 0)
            if int(gone or 0) < _BATCH:
                break
        if taken:
            self._metrics.purged.labels(self._metrics.service, rule.name).inc(taken)
            log.info("purged", rule=rule.name, rows=taken)
        return taken
