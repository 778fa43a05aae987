"""A link begins, by whichever route."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.envelope import uuid7
from contracts.events.event import Person
from contracts.events.linking import Route
from linking.tables import Client, Link, Pair


async def establish(
    session: AsyncSession,
    pair: Pair,
    client: Client,
    bureau_name: str,
    route: Route,
    now: datetime,
    *,
    request_id: UUID | None = None,
    accepted_by: Person | None = None,
) -> Link:
    """The pair's new active link; the pair must be locked, and have no other one."""
    pair.version += 1
    link = Link(
        id=uuid7(),
        bureau_id=pair.bureau_id,
        tenant_id=pair.tenant_id,
        status="active",
        route=route,
        version=pair.version,
        request_id=request_id,
        bureau_name=bureau_name,
        client_name=client.name,
        established_at=now,
        accepted_by=None if accepted_by is None else accepted_by.model_dump(),
    )
    session.add(link)
    await session.flush()
    return link
