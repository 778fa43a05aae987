"""A lease in a row: who may drain now. It carries a fencing token, so that a holder that was paused
past its lease finds out at its next write instead of marking what another has taken over.

Not a session lock: a paused process keeps its session, and with it the lock.
"""

from datetime import timedelta

from sqlalchemy import Table, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

_now = func.clock_timestamp()


class Lease:
    """One named lease. holder: who we are. term: how long a holder may be silent."""

    def __init__(self, table: Table, name: str, holder: str, term: timedelta) -> None:
        self._table = table
        self.name = name
        self.holder = holder
        self.term = term
        self.token: int | None = None

    async def hold(self, connection: AsyncConnection) -> bool:
        """Takes or prolongs the lease; False while somebody else holds it."""
        columns = self._table.c
        taken = (
            insert(self._table)
            .values(name=self.name, holder=self.holder, token=1, until=_now + self.term)
            .on_conflict_do_update(
                index_elements=[columns.name],
                set_={"holder": self.holder, "token": columns.token + 1, "until": _now + self.term},
                where=columns.until < _now,
            )
            .returning(columns.token)
        )
        if self.token is not None:
            prolonged = await connection.execute(
                update(self._table).where(self.is_ours()).values(until=_now + self.term)
            )
            if prolonged.rowcount == 1:
                return True
            self.token = None
        self.token = (await connection.execute(taken)).scalar_one_or_none()
        return self.token is not None

    async def release(self, connection: AsyncConnection) -> None:
        """Lets another holder in at once."""
        if self.token is not None:
            await connection.execute(
                update(self._table).where(self.is_ours()).values(until=_now - self.term)
            )
            self.token = None

    def is_ours(self) -> ColumnElement[bool]:
        """The row is still ours and still runs: the condition of every write under this lease."""
        columns = self._table.c
        return and_(
            columns.name == self.name, columns.token == (self.token or 0), columns.until >= _now
        )

    def ours_exists(self) -> ColumnElement[bool]:
        """As a condition of a write to another table."""
        return select(self._table.c.name).where(self.is_ours()).exists()
