"""What activation can tell anew: each pair's place in the lists."""

from sqlalchemy.ext.asyncio import AsyncSession

from activation.storage import linked_clients, permissions
from activation.tables import LinkedClient
from chassis.replay import Page, Part
from contracts.events.activation import (
    ClientActivated,
    ClientDelisted,
    ClientEvent,
    ClientListed,
    Grant,
)
from contracts.events.event import Person


async def clients(session: AsyncSession, after: str | None, key: str | None, limit: int) -> Page:
    """The last event of each pair, at the revision that it has, by the pair's key."""
    found = await linked_clients.keyed(session, after, key, limit)
    last = f"{found[-1].bureau_id}:{found[-1].tenant_id}" if len(found) == limit else None
    return Page([await _of(session, link) for link in found], last)


PARTS = (Part("clients", clients),)


async def _of(session: AsyncSession, link: LinkedClient) -> ClientEvent:
    said = {
        "bureau_id": link.bureau_id,
        "tenant_id": link.tenant_id,
        "version": link.version,
        "link_id": link.link_id,
        # A pair whose end came first has said nothing, and so has none.
        "revision": max(link.revision, 1),
    }
    now = await linked_clients.now(session)
    if not link.is_active:
        return ClientDelisted(**said, at=link.ended_at or now)
    if link.activated_at is None or link.activated_by is None:
        return ClientListed(**said, at=link.linked_at or now)
    granted = await permissions.of_client(session, link)
    return ClientActivated(
        **said,
        at=link.activated_at,
        activated_by=Person(**link.activated_by),
        grants=tuple(
            Grant(consultant_id=consultant_id, permissions=permissions.in_order(given))
            for consultant_id, given in sorted(granted.items())
        ),
    )
