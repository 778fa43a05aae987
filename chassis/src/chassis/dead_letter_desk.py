"""What operators do with dead letters: look at them, retry them, discard them.

A retry runs the record through its handler in one transaction with the letter's settlement, in
this service only. Why in this order: docs/decisions/0014.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from aiokafka import ConsumerRecord
from sqlalchemy import ColumnElement, RowMapping, Table, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.applying import Applier
from chassis.database import is_transient
from chassis.handlers import Handlers
from chassis.headers import of_json, storable
from chassis.problems import Refused
from chassis.taken import Record
from contracts.problem_codes import Code

log = structlog.get_logger(__name__)
UNSETTLED = ("open", "waiting")
Row = RowMapping


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and why."""

    who: str
    reason: str | None


class Desk:
    """The dead letters of one service. Every method works in the session's transaction."""

    def __init__(self, letters: Table, acts: Table, handlers: Handlers, applier: Applier) -> None:
        self._letters = letters
        self._acts = acts
        self._handlers = handlers
        self._applier = applier

    async def page(
        self,
        session: AsyncSession,
        statuses: Sequence[str],
        topic: str | None,
        before: int | None,
        limit: int,
    ) -> Sequence[Row]:
        """The newest first. before: the arrival of the last one seen."""
        columns = self._letters.c
        asked: list[ColumnElement[bool]] = [columns.status.in_(statuses)]
        asked += [] if topic is None else [columns.topic == topic]
        asked += [] if before is None else [columns.arrival < before]
        found = await session.execute(
            select(self._letters).where(*asked).order_by(columns.arrival.desc()).limit(limit)
        )
        return found.mappings().all()

    async def letter(self, session: AsyncSession, letter_id: UUID) -> Row:
        """Raises Refused NOT_FOUND."""
        found = await session.execute(select(self._letters).where(self._letters.c.id == letter_id))
        row = found.mappings().one_or_none()
        if row is None:
            raise Refused(Code.NOT_FOUND)
        return row

    async def acts(self, session: AsyncSession, letter_id: UUID) -> Sequence[Row]:
        found = await session.execute(
            select(self._acts).where(self._acts.c.letter_id == letter_id).order_by(self._acts.c.id)
        )
        return found.mappings().all()

    async def counted(self, session: AsyncSession) -> Mapping[tuple[str, str], int]:
        """How many are unsettled, by topic and status."""
        columns = self._letters.c
        found = await session.execute(
            select(columns.topic, columns.status, func.count())
            .where(columns.status.in_(UNSETTLED))
            .group_by(columns.topic, columns.status)
        )
        return {(topic, status): number for topic, status, number in found}

    async def retry(self, session: AsyncSession, letter_id: UUID, by: By) -> Row:
        """The letter afterwards: retried, or still open with why. One that was retried or
        superseded is given back as it is.

        Raises Refused: NOT_FOUND, LETTER_SETTLED for a discarded one, OLDER_LETTER_OPEN for an
        event with an older unsettled letter of its key.
        """
        letter, same = await self._locked(session, letter_id)
        if letter["status"] in ("retried", "superseded"):
            return letter
        if letter["status"] == "discarded":
            raise Refused(Code.LETTER_SETTLED, "It was discarded")
        older = [row for row in same if row["arrival"] < letter["arrival"]]
        state = self._handlers.is_state(letter["topic"])
        if older and not state:
            raise Refused(Code.OLDER_LETTER_OPEN, f"Settle {older[0]['id']} first")
        if await self._try(session, letter, "retry", by):
            for row in older:
                await self._settle(session, row, "supersede", "superseded", by)
            await self._release(session, letter, same, by)
        return await self.letter(session, letter_id)

    async def discard(self, session: AsyncSession, letter_id: UUID, by: By) -> Row:
        """The letter afterwards. What waited behind it alone is applied; one that was discarded
        before is given back as it is. Raises Refused: NOT_FOUND, LETTER_SETTLED."""
        letter, same = await self._locked(session, letter_id)
        if letter["status"] == "discarded":
            return letter
        if letter["status"] not in UNSETTLED:
            raise Refused(Code.LETTER_SETTLED, f"It was {letter['status']}")
        await self._settle(session, letter, "discard", "discarded", by)
        if all(row["arrival"] >= letter["arrival"] for row in same):
            await self._release(session, letter, same, by)
        return await self.letter(session, letter_id)

    async def _locked(self, session: AsyncSession, letter_id: UUID) -> tuple[Row, Sequence[Row]]:
        """The letter and the unsettled ones of its key, in their order, locked.

        Asked twice: while the first waited for a batch of the consumer, that one may have put
        more behind the letter.
        """
        letter = await self.letter(session, letter_id)
        columns = self._letters.c
        ours: ColumnElement[bool] = columns.id == letter_id
        if letter["key"] is not None:
            same_key = (columns.topic == letter["topic"]) & (columns.key == letter["key"])
            ours = or_(ours, same_key & columns.status.in_(UNSETTLED))
        asked = select(self._letters).where(ours).order_by(columns.arrival).with_for_update()
        await session.execute(asked)
        rows = (await session.execute(asked)).mappings().all()
        letter = next(row for row in rows if row["id"] == letter_id)
        return letter, [row for row in rows if row["status"] in UNSETTLED]

    async def _release(
        self, session: AsyncSession, settled: Row, same: Sequence[Row], by: By
    ) -> None:
        """Applies what waited behind a letter, in order, up to one that can't be taken itself."""
        for row in same:
            if row["arrival"] <= settled["arrival"]:
                continue
            if row["status"] != "waiting" or not await self._try(session, row, "release", by):
                return

    async def _try(self, session: AsyncSession, letter: Row, action: str, by: By) -> bool:
        """Whether the record took effect; its failure undoes nothing else."""
        why: str | None
        try:
            async with session.begin_nested():
                why = await self._applier.again(session, _record(letter))
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("dead_letter_fails_again", letter=str(letter["id"]))
            why = f"{type(error).__name__}: {error}"
        if why is None:
            await self._settle(session, letter, action, "retried", by)
            return True
        why = storable(why)[:2000]
        await self._change(
            session, letter, status="open", attempts=letter["attempts"] + 1, error=why
        )
        await self._note(session, letter, action, by, "failed", why)
        return False

    async def _settle(
        self, session: AsyncSession, letter: Row, action: str, status: str, by: By
    ) -> None:
        await self._change(
            session,
            letter,
            status=status,
            reason=by.reason,
            settled_at=func.clock_timestamp(),
            settled_by=by.who,
        )
        await self._note(session, letter, action, by, status, None)
        log.info("dead_letter_settled", letter=str(letter["id"]), status=status, by=by.who)

    async def _change(self, session: AsyncSession, letter: Row, **values: Any) -> None:
        await session.execute(
            update(self._letters).where(self._letters.c.id == letter["id"]).values(**values)
        )

    async def _note(
        self,
        session: AsyncSession,
        letter: Row,
        action: str,
        by: By,
        outcome: str,
        error: str | None,
    ) -> None:
        await session.execute(
            insert(self._acts).values(
                letter_id=letter["id"],
                action=action,
                by=by.who,
                reason=by.reason,
                outcome=outcome,
                error=error,
            )
        )


def _record(letter: Row) -> Record:
    """The record as it came."""
    key, value = letter["key"], letter["value"]
    return ConsumerRecord(
        topic=letter["topic"],
        partition=letter["partition"],
        offset=letter["offset"],
        timestamp=0,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=-1 if key is None else len(key),
        serialized_value_size=-1 if value is None else len(value),
        headers=tuple(of_json(letter["headers"])),
    )
