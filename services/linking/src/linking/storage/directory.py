"""Questions about bureaus and clients. Nothing here commits."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import Bureau, Client

_ROWS = 1000  # a statement: PostgreSQL takes at most 32,767 parameters

# The one user is picked in the database: a bureau may have thousands.
_BUREAU = """
    SELECT b.bureau_id, b.org_number, b.name, b.entry_points, e.eligible, e.reason,
           (SELECT u FROM jsonb_array_elements(b.users) u
            WHERE u ->> 'user_id' = :user_id LIMIT 1) AS member
    FROM bureaus b LEFT JOIN bureau_eligibility e USING (bureau_id)
    WHERE b.bureau_id = :bureau_id AND b.deleted_at IS NULL
"""

_LOCKS = (
    "SELECT 1 FROM bureaus WHERE bureau_id = :bureau_id FOR SHARE",
    "SELECT 1 FROM bureau_eligibility WHERE bureau_id = :bureau_id FOR SHARE",
)
_BUREAU_ADMINS = """
    SELECT u AS admin FROM bureaus b, jsonb_array_elements(b.users) u
    WHERE b.bureau_id = :bureau_id AND b.deleted_at IS NULL AND u ->> 'role' = 'bureau_admin'
    ORDER BY u ->> 'user_id'
"""


@dataclass(frozen=True, slots=True)
class BureauNow:
    """A bureau as the directory has it now, and one of its users.

    member: {user_id, name, email, locale, role}, None when the bureau has no such user.
    eligible: None before anything was published of it.
    """

    bureau_id: str
    org_number: str
    name: str
    entry_points: list[str]
    eligible: bool | None
    reason: str | None
    member: dict[str, Any] | None


async def now(session: AsyncSession) -> datetime:
    """The database's clock, the one that decides. Read it after the lock."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment


async def bureau(
    session: AsyncSession, bureau_id: str, user_id: str, *, lock: bool = False
) -> BureauNow | None:
    """The bureau, unless it is unknown or deleted. lock: its record and whether it may
    use the digital route stay so (FOR SHARE)."""
    question = text(_BUREAU).columns(entry_points=JSONB, member=JSONB)
    given = {"bureau_id": bureau_id, "user_id": user_id}
    if lock:
        # Before the question, and not within it: who waits for one of two joined rows sees the
        # other as it was before the wait.
        await lock_bureau(session, bureau_id)
    row = (await session.execute(question, given)).mappings().one_or_none()
    return None if row is None else BureauNow(**row)


async def lock_bureau(session: AsyncSession, bureau_id: str) -> None:
    """The bureau's record, and whether it may use the digital route, stay so (FOR SHARE)."""
    for statement in _LOCKS:
        await session.execute(text(statement), {"bureau_id": bureau_id})


async def bureau_admins(session: AsyncSession, bureau_id: str) -> list[dict[str, Any]]:
    """The bureau's admins, each {user_id, name, email, locale, role}; of a deleted one none."""
    question = text(_BUREAU_ADMINS).columns(admin=JSONB)
    found = await session.execute(question, {"bureau_id": bureau_id})
    return list(found.scalars())


async def bureaus_in_brief(session: AsyncSession) -> list[tuple[str, str, str]]:
    """All bureaus that are not deleted, each (bureau_id, org_number, name)."""
    found = await session.execute(
        select(Bureau.bureau_id, Bureau.org_number, Bureau.name).where(
            col(Bureau.deleted_at).is_(None)
        )
    )
    return [(row[0], row[1], row[2]) for row in found]


async def bureau_names(session: AsyncSession, bureau_ids: Collection[str]) -> dict[str, str]:
    """Names by id, also of bureaus that are deleted."""
    found = await session.execute(
        select(Bureau.bureau_id, Bureau.name).where(col(Bureau.bureau_id).in_(bureau_ids))
    )
    return {row[0]: row[1] for row in found}


async def client(session: AsyncSession, tenant_id: str, *, lock: bool = False) -> Client | None:
    """The client, unless it is unknown or deleted. lock: its record stays so (FOR SHARE)."""
    question = select(Client).where(Client.tenant_id == tenant_id, col(Client.deleted_at).is_(None))
    if lock:
        question = question.with_for_update(read=True).execution_options(populate_existing=True)
    found: Client | None = await session.scalar(question)
    return found


async def known_bureau(session: AsyncSession, bureau_id: str) -> Bureau | None:
    """The bureau, also one that is deleted and not forgotten yet."""
    found: Bureau | None = await session.get(Bureau, bureau_id)
    return found


async def known_client(session: AsyncSession, tenant_id: str) -> Client | None:
    """The client, also one that is deleted and not forgotten yet."""
    found: Client | None = await session.get(Client, tenant_id)
    return found


async def put_clients(session: AsyncSession, clients: Iterable[dict[str, Any]]) -> None:
    """Inserts or replaces clients, rows of the table without deleted_at."""
    for rows in sorted_in_parts(clients, "tenant_id"):
        new = insert(Client).values([{**row, "deleted_at": None} for row in rows])
        names = ("org_number", "name", "city", "system_admins", "deleted_at")
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["tenant_id"], set_={name: new.excluded[name] for name in names}
            )
        )


async def put_bureaus(session: AsyncSession, bureaus: Iterable[dict[str, Any]]) -> None:
    """Inserts or replaces bureaus, rows of the table without deleted_at."""
    for rows in sorted_in_parts(bureaus, "bureau_id"):
        new = insert(Bureau).values([{**row, "deleted_at": None} for row in rows])
        names = (
            *("org_number", "name", "chain", "multi_company_setup"),
            *("entry_points", "users", "deleted_at"),
        )
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["bureau_id"], set_={name: new.excluded[name] for name in names}
            )
        )


def sorted_in_parts(rows: Iterable[dict[str, Any]], key: str) -> Iterator[list[dict[str, Any]]]:
    """Parts of a statement's size; sorted, so that two writers of the same rows wait for each other
    instead of deadlocking."""
    ordered = sorted(rows, key=lambda row: str(row[key]))
    for start in range(0, len(ordered), _ROWS):
        yield ordered[start : start + _ROWS]


async def mark_clients_deleted(session: AsyncSession, tenant_ids: Sequence[str]) -> None:
    await session.execute(
        update(Client)
        .where(col(Client.tenant_id).in_(tenant_ids), col(Client.deleted_at).is_(None))
        .values(deleted_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


async def mark_bureaus_deleted(session: AsyncSession, bureau_ids: Sequence[str]) -> None:
    await session.execute(
        update(Bureau)
        .where(col(Bureau.bureau_id).in_(bureau_ids), col(Bureau.deleted_at).is_(None))
        .values(deleted_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )
