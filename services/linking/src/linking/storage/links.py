"""Questions about links. Nothing here commits."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import Link


async def active(session: AsyncSession, bureau_id: str, tenant_id: str) -> Link | None:
    found: Link | None = await session.scalar(
        select(Link).where(
            Link.bureau_id == bureau_id, Link.tenant_id == tenant_id, Link.status == "active"
        )
    )
    return found


async def link(session: AsyncSession, link_id: UUID) -> Link | None:
    found: Link | None = await session.get(Link, link_id)
    return found


async def linked_bureaus(session: AsyncSession, tenant_id: str) -> list[str]:
    """Names of the bureaus that are linked to the client now (D6), the longest linked first."""
    found = await session.scalars(
        select(Link.bureau_name)
        .where(Link.tenant_id == tenant_id, Link.status == "active")
        .order_by(col(Link.established_at), col(Link.id))
    )
    return list(found)
