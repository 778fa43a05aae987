"""A link ends (D8): by the bureau, by the client's admin, by support, or by a deletion."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.events.event import Person
from contracts.events.linking import LinkEnded
from contracts.fields import UUID_TEXT
from contracts.problem_codes import Code
from linking.service import facts
from linking.service.auditing import OURS, Origin, record_of_pair
from linking.service.guard import bureau_admin_of, person_of, support_person
from linking.service.locking import lock
from linking.storage import directory, links
from linking.tables import Link, Pair


async def end_for(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    link_id: str,
    reason: str | None,
    origin: Origin,
) -> Link:
    """The link, ended now or earlier, by an admin of its bureau or by support.

    Raises FORBIDDEN, LINK_NOT_FOUND (also for another bureau's).
    """
    own = None
    if caller.has("bureau_admin") and not caller.has("support_agent"):
        own = await bureau_admin_of(session, caller)
        by = person_of(own)
    else:
        by = support_person(caller)
    found = await links.link(session, UUID(link_id)) if UUID_TEXT.fullmatch(link_id) else None
    if found is None or (own is not None and found.bureau_id != own.bureau_id):
        raise Refused(Code.LINK_NOT_FOUND)
    pair, link = await locked(session, found)
    if link.status == "active":
        now = await directory.now(session)
        await end(session, outbox, pair, link, now, by=by, reason=reason, origin=origin)
    return link


async def locked(session: AsyncSession, link: Link) -> tuple[Pair, Link]:
    """The link's pair, locked, and the link as it is now."""
    pair = await lock(session, link.bureau_id, link.tenant_id)
    now = await links.link(session, link.id)
    assert now is not None  # links are kept for years, and this one was there just now
    return pair, now


async def end(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    link: Link,
    now: datetime,
    *,
    by: Person | None,
    reason: str | None,
    origin: Origin = OURS,
) -> None:
    """Ends an active link, whose pair is locked: no sign-in succeeds any more, both sides are
    mailed. by: None where a deletion ends it; then `reason` says which."""
    pair.version += 1
    link.status, link.version = "ended", pair.version
    link.ended_at, link.reason = now, reason
    link.ended_by = None if by is None else by.model_dump()
    await session.flush()
    await record_of_pair(
        session,
        "link_ended",
        f"link:{link.id}",
        pair,
        by=by,
        origin=origin,
        reason=reason if by is None else None,
    )
    client = await directory.client(session, pair.tenant_id)
    event = LinkEnded(
        **facts.of_link(pair, link),
        ended_at=now,
        ended_by=by,
        reason=reason,
        bureau_admins=await facts.bureau_admins(session, pair.bureau_id),
        client_admins=facts.client_admins(client),
    )
    await outbox.add(session, [event])
