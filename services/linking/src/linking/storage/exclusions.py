"""Questions about exclusion rules and what was published of bureaus. Nothing here commits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.storage.directory import sorted_in_parts
from linking.tables import Bureau, Eligibility, ExclusionRule

# Any number that nobody else in this database takes as an advisory lock.
_EXCLUSION_LOCK = int.from_bytes(b"excluded")


async def lock(session: AsyncSession) -> None:
    """The lock that rule changes and bureau records share, until the transaction's end."""
    await session.execute(select(func.pg_advisory_xact_lock(_EXCLUSION_LOCK)))


async def rules(session: AsyncSession) -> set[tuple[str, str]]:
    """All rules as (kind, key)."""
    rows = await session.execute(select(ExclusionRule.kind, ExclusionRule.key))
    return {(kind, key) for kind, key in rows}


async def eligibility(
    session: AsyncSession, bureau_ids: Sequence[str]
) -> dict[str, tuple[bool, str | None, int]]:
    """What was last published of these bureaus: (eligible, reason, version)."""
    rows = await session.scalars(
        select(Eligibility).where(col(Eligibility.bureau_id).in_(bureau_ids))
    )
    return {row.bureau_id: (row.eligible, row.reason, row.version) for row in rows}


async def published(
    session: AsyncSession, after: str | None, bureau_id: str | None, limit: int
) -> Sequence[Eligibility]:
    """What was last published, by bureau, of those behind `after`; or of one."""
    question = select(Eligibility).order_by(col(Eligibility.bureau_id)).limit(limit)
    if after is not None:
        question = question.where(col(Eligibility.bureau_id) > after)
    if bureau_id is not None:
        question = question.where(Eligibility.bureau_id == bureau_id)
    return (await session.scalars(question)).all()


async def put_eligibility(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps what is published now: {bureau_id, eligible, reason, version}."""
    for part in sorted_in_parts(rows, "bureau_id"):
        new = insert(Eligibility).values(part)
        names = ("eligible", "reason", "version")
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["bureau_id"], set_={name: new.excluded[name] for name in names}
            )
        )


async def listed(session: AsyncSession) -> Sequence[ExclusionRule]:
    """All rules, by kind and value."""
    found = await session.scalars(
        select(ExclusionRule).order_by(ExclusionRule.kind, ExclusionRule.key)
    )
    return found.all()


async def add(session: AsyncSession, kind: str, key: str, value: str) -> bool:
    """Adds a rule; False where there is such a one."""
    new = insert(ExclusionRule).values(kind=kind, key=key, value=value)
    added = await session.execute(new.on_conflict_do_nothing().returning(col(ExclusionRule.key)))
    return added.scalar_one_or_none() is not None


async def remove(session: AsyncSession, kind: str, key: str) -> bool:
    """Removes a rule; False where there is none."""
    removed = await session.execute(
        delete(ExclusionRule)
        .where(col(ExclusionRule.kind) == kind, col(ExclusionRule.key) == key)
        .returning(col(ExclusionRule.key))
    )
    return removed.scalar_one_or_none() is not None


async def facts_of_bureaus(session: AsyncSession) -> Sequence[tuple[str, str | None, bool]]:
    """(bureau_id, group, multi_company_setup) of every bureau that is not deleted."""
    found = await session.execute(
        select(Bureau.bureau_id, Bureau.chain, Bureau.multi_company_setup).where(
            col(Bureau.deleted_at).is_(None)
        )
    )
    return [(row[0], row[1], row[2]) for row in found]
