"""The outbox: events are rows of the transaction that causes them, and a relay publishes them.

So nothing is said that did not happen, and nothing that happened stays unsaid (no dual write).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.headers import to_json
from chassis.telemetry import current_traceparent
from contracts.envelope import Envelope, uuid7
from contracts.topics import Topic


class Publishable(Protocol):
    """What an outbox takes: an event of contracts, whichever it is."""

    @property
    def topic(self) -> Topic: ...
    @classmethod
    def type_name(cls) -> str: ...
    def key(self) -> str: ...
    def model_dump_json(self) -> str: ...


class Outbox:
    """Writes events of one service into its outbox table. source: the service's name."""

    def __init__(self, table: Table, source: str) -> None:
        self._table = table
        self._source = source

    async def add(
        self, session: AsyncSession, events: Sequence[Publishable], *, snapshot: bool = False
    ) -> None:
        """Adds the events in order to the session's transaction. snapshot: see Envelope."""
        if not events:
            return
        now = datetime.now(UTC)
        rows = []
        for event in events:
            envelope = Envelope(
                uuid7(), event.type_name(), self._source, now, current_traceparent(), snapshot
            )
            rows.append(
                {
                    "event_id": envelope.id,
                    "topic": event.topic.name,
                    "key": event.key(),
                    "type": envelope.type,
                    "headers": to_json(envelope.headers()),
                    "value": event.model_dump_json().encode(),
                }
            )
        await session.execute(insert(self._table), rows)
