"""The inbox: which events a consumer has already applied, in the transaction of their effects."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession


class Inbox:
    """Claims events for a consumer. One record may be handled on two members at once during a
    rebalance; the unique key is the one thing that tells them apart."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def claim(
        self, session: AsyncSession, consumer: str, events: Iterable[UUID]
    ) -> set[UUID]:
        """Of these events, the ones that nobody has applied yet; they are this transaction's now.

        Another transaction that holds one of them is waited for. Sorted, so that two members with
        the same batch wait for each other in one order instead of in a deadlock.
        """
        rows = [{"consumer": consumer, "event_id": event} for event in sorted(set(events))]
        if not rows:
            return set()
        claimed = await session.execute(
            insert(self._table)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(self._table.c.event_id)
        )
        return set(claimed.scalars())
