"""The audit trail's rows: added and read, nothing else. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import AuditAnchor, AuditEntry, AuditPerson

# Any number that nobody else in this database takes as the first key of an advisory lock.
_CHAIN_LOCK = int.from_bytes(b"audt")

Row = tuple[AuditEntry, AuditPerson | None]
Place = tuple[datetime, str, int]
"""When, chain, seq: the order in which entries are shown."""


async def lock_chain(session: AsyncSession, chain: str) -> None:
    """The chain is this transaction's to add to, until its end. Taken after every row lock."""
    await session.execute(select(func.pg_advisory_xact_lock(_CHAIN_LOCK, func.hashtext(chain))))


async def head(session: AsyncSession, chain: str) -> tuple[int, str, datetime | None] | None:
    """(seq, hash, at) of the chain's newest entry; at is None where only retention knows of one."""
    newest = await session.execute(
        select(AuditEntry.seq, AuditEntry.hash, AuditEntry.at)
        .where(AuditEntry.chain == chain)
        .order_by(col(AuditEntry.seq).desc())
        .limit(1)
    )
    row = newest.one_or_none()
    if row is not None:
        return row[0], row[1], row[2]
    anchor = await session.get(AuditAnchor, chain)
    return None if anchor is None else (anchor.seq, anchor.hash, None)


async def add(session: AsyncSession, entry: AuditEntry, person: AuditPerson | None) -> None:
    session.add(entry)
    await session.flush()
    if person is not None:
        session.add(person)
        await session.flush()


async def newest(
    session: AsyncSession,
    *,
    chain: str | None,
    bureau_id: str | None,
    before: Place | None,
    limit: int,
) -> Sequence[Row]:
    """Entries with their persons, the newest first. chain, bureau_id: None for any."""
    question = _with_persons()
    if chain is not None:
        question = question.where(AuditEntry.chain == chain)
    if bureau_id is not None:
        question = question.where(AuditEntry.bureau_id == bureau_id)
    place = tuple_(col(AuditEntry.at), col(AuditEntry.chain), col(AuditEntry.seq))
    if before is not None:
        question = question.where(place < tuple_(*before))
    order = (col(AuditEntry.at).desc(), col(AuditEntry.chain).desc(), col(AuditEntry.seq).desc())
    found = await session.execute(question.order_by(*order).limit(limit))
    return [(entry, person) for entry, person in found]


async def in_order(session: AsyncSession, after: tuple[str, int], limit: int) -> Sequence[Row]:
    """Entries behind (chain, seq), chain by chain in the order in which they were added."""
    place = tuple_(col(AuditEntry.chain), col(AuditEntry.seq))
    found = await session.execute(
        _with_persons()
        .where(place > tuple_(*after))
        .order_by(col(AuditEntry.chain), col(AuditEntry.seq))
        .limit(limit)
    )
    return [(entry, person) for entry, person in found]


async def anchors(session: AsyncSession) -> Sequence[AuditAnchor]:
    return (await session.scalars(select(AuditAnchor).order_by(AuditAnchor.chain))).all()


def _with_persons() -> Any:
    return select(AuditEntry, AuditPerson).join(
        AuditPerson,
        (col(AuditPerson.chain) == AuditEntry.chain) & (col(AuditPerson.seq) == AuditEntry.seq),
        isouter=True,
    )
