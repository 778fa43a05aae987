"""Questions to the search database. Nothing here commits."""

from collections.abc import Sequence

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from search.tables import BureauEligibility, Client


async def clients_by_tenant_id(session: AsyncSession, tenant_id: str) -> Sequence[Client]:
    found = await session.scalars(
        select(Client).where(Client.tenant_id == tenant_id, col(Client.deleted_at).is_(None))
    )
    return found.all()


async def clients_by_org_number(session: AsyncSession, digits: str) -> Sequence[Client]:
    """Every tenant of a ten-digit number, in the order of its tenant ids' values."""
    found = await session.scalars(
        select(Client)
        .where(Client.org_number == digits, col(Client.deleted_at).is_(None))
        .order_by(func.length(Client.tenant_id), col(Client.tenant_id))
    )
    return found.all()


async def eligibility(session: AsyncSession, bureau_id: str) -> BureauEligibility | None:
    """What linking last said of the bureau; None for a bureau never heard of."""
    return await session.get(BureauEligibility, bureau_id)


async def put_clients(session: AsyncSession, clients: Sequence[dict[str, str]]) -> None:
    """Inserts or replaces clients: {tenant_id, org_number, name, city}."""
    new = insert(Client).values([{**client, "deleted_at": None} for client in clients])
    replaced = {name: new.excluded[name] for name in ("org_number", "name", "city", "deleted_at")}
    await session.execute(new.on_conflict_do_update(index_elements=["tenant_id"], set_=replaced))


async def mark_deleted(session: AsyncSession, tenant_ids: Sequence[str]) -> None:
    await session.execute(
        update(Client)
        .where(col(Client.tenant_id).in_(tenant_ids), col(Client.deleted_at).is_(None))
        .values(deleted_at=func.clock_timestamp())
    )


async def put_eligibility(
    session: AsyncSession, bureau_id: str, *, eligible: bool, reason: str | None, version: int
) -> None:
    """Takes linking's word, unless a newer one is known."""
    new = insert(BureauEligibility).values(
        bureau_id=bureau_id, eligible=eligible, reason=reason, version=version
    )
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["bureau_id"],
            set_={
                "eligible": new.excluded.eligible,
                "reason": new.excluded.reason,
                "version": new.excluded.version,
                "updated_at": func.clock_timestamp(),
            },
            where=col(BureauEligibility.version) < new.excluded.version,
        )
    )
