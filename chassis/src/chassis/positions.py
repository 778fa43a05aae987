"""How far a consumer has taken in each partition of states, in the transaction of its effects.

A member that lost a partition may still hold a batch of it. States are taken as they stand, so
applied late it would write older ones over newer. Why so: docs/decisions/0015.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.taken import Record
from chassis.topic_ids import UNKNOWN

Place = tuple[str, int]
"""A topic and a partition."""


class Doubtful(Exception):
    """Records come from before the position, or from another log than the one it was taken in.

    Nothing was changed. Whether that is a batch of the past or a topic that begins anew, only the
    broker knows. reached: how far each place in doubt was taken in.
    """

    def __init__(self, reached: Mapping[Place, int]) -> None:
        super().__init__(f"behind or elsewhere: {sorted(reached)}")
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Logs:
    """What the broker said of the topics. ids: of each topic, UNKNOWN where it has none.

    certain: places that were asked about after a doubt. cut: those of them whose log ends before
    what was taken in, with how far that was; they begin anew.
    """

    ids: Mapping[str, str]
    certain: frozenset[Place] = frozenset()
    cut: Mapping[Place, int] = field(default_factory=dict)


NO_LOGS = Logs({})
"""Where no broker was asked."""


class Positions:
    """The positions of one service's consumer."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def advance(
        self, session: AsyncSession, consumer: str, records: Sequence[Record], logs: Logs
    ) -> list[Record]:
        """Of these records, those that nobody has taken in yet; the positions are behind them now.

        Another transaction that holds one of the places is waited for. Raises Doubtful.
        """
        ends: dict[Place, int] = {}
        for record in records:
            place = (record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
        if not ends:
            return []
        for place, reached in sorted(logs.cut.items()):
            await self._begin_anew(session, consumer, place, reached)
        begins = await self._moved(session, consumer, ends, logs)
        doubt = {
            (record.topic, record.partition): begins[record.topic, record.partition]
            for record in records
            if record.offset < begins[record.topic, record.partition]
        }
        if not doubt.keys() <= logs.certain:
            raise Doubtful(doubt)
        return [r for r in records if r.offset >= begins[r.topic, r.partition]]

    async def taken_in(self, session: AsyncSession, consumer: str) -> dict[Place, int]:
        """How far each place is taken in. None at all where the database is a new one."""
        columns = self._table.c
        found = await session.execute(
            select(columns.topic, columns.partition, columns.next_offset).where(
                columns.consumer == consumer
            )
        )
        return {(topic, partition): reached for topic, partition, reached in found}

    async def _begin_anew(
        self, session: AsyncSession, consumer: str, place: Place, reached: int
    ) -> None:
        columns = self._table.c
        await session.execute(
            update(self._table)
            .where(
                columns.consumer == consumer,
                columns.topic == place[0],
                columns.partition == place[1],
                columns.next_offset == reached,
            )
            .values(next_offset=0)
        )

    async def _moved(
        self, session: AsyncSession, consumer: str, ends: Mapping[Place, int], logs: Logs
    ) -> dict[Place, int]:
        """Where each place's new records begin. In one order always, since each is locked."""
        columns = self._table.c
        rows = [
            {
                "consumer": consumer,
                "topic": topic,
                "partition": partition,
                "topic_id": logs.ids.get(topic, UNKNOWN),
                "next_offset": ends[topic, partition],
            }
            for topic, partition in sorted(ends)
        ]
        new = insert(self._table).values(rows)
        given = new.excluded
        same = or_(
            columns.topic_id == given.topic_id,
            columns.topic_id == UNKNOWN,
            given.topic_id == UNKNOWN,
        )
        furthest = func.greatest(columns.next_offset, given.next_offset)
        answer = await session.execute(
            new.on_conflict_do_update(
                index_elements=["consumer", "topic", "partition"],
                set_={
                    "taken_from": case((same, columns.next_offset), else_=0),
                    "taken_in": columns.topic_id,
                    "next_offset": case((same, furthest), else_=given.next_offset),
                    "topic_id": case(
                        (given.topic_id == UNKNOWN, columns.topic_id), else_=given.topic_id
                    ),
                    "updated_at": func.clock_timestamp(),
                },
            ).returning(columns.topic, columns.partition, columns.taken_from, columns.taken_in)
        )
        begins: dict[Place, int] = {}
        elsewhere: dict[Place, int] = {}
        for topic, partition, taken_from, taken_in in answer:
            begins[topic, partition] = taken_from
            ours = logs.ids.get(topic, UNKNOWN)
            if UNKNOWN not in (ours, taken_in) and ours != taken_in:
                elsewhere[topic, partition] = 0
        if not elsewhere.keys() <= logs.certain:
            raise Doubtful(elsewhere)
        return begins
