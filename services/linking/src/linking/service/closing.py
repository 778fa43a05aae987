"""A request ends without an answer: by the clock, by the bureau, or because it is pointless."""

from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from contracts.events.event import Person
from contracts.events.linking import LinkRequestCancelled, LinkRequestExpired
from linking.requests import Act, Status, Step, status_at, step
from linking.service import facts
from linking.service.auditing import OURS, Origin, record_of_pair
from linking.storage import directory, requests
from linking.storage.requests import ERASED
from linking.tables import LinkRequest, Pair

Reason = Literal["paper_form", "bureau_deleted", "client_deleted"]


async def expire(session: AsyncSession, outbox: Outbox, pair: Pair, request: LinkRequest) -> None:
    """Writes down what the clock has decided: at the moment of the expiry, by nobody."""
    at = request.expires_at
    await _close(session, pair, request, Status.EXPIRED, at)
    await requests.tell(session, request.id, at, "expired")
    await record_of_pair(
        session,
        "link_request_expired",
        f"request:{request.id}",
        pair,
        by=None,
    )
    event = LinkRequestExpired(
        **facts.of_request(pair, request, await facts.requesters_bureau(session, request)),
        window=request.sending,
        decided_at=at,
        decided_by=None,
    )
    await outbox.add(session, [event])


async def cancel(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    request: LinkRequest,
    now: datetime,
    *,
    by: Person | None,
    reason: Reason | None = None,
    origin: Origin = OURS,
) -> None:
    """Takes the request back. by: None where a deletion does. reason: None for the bureau's act."""
    await _close(session, pair, request, Status.CANCELLED, now)
    request.decided_by = None if by is None else by.model_dump()
    request.reason = reason
    await session.flush()
    await requests.tell(session, request.id, now, "cancelled", by=request.decided_by, text=reason)
    await record_of_pair(
        session,
        "link_request_cancelled",
        f"request:{request.id}",
        pair,
        by=by,
        origin=origin,
        reason=reason,
    )
    mailed = await requests.all_recipients(session, request.id)
    client = await directory.client(session, pair.tenant_id)
    # Of a client that is gone nobody is an admin; who holds its newest mail is told all the same.
    told = (
        [one for one in mailed if one.sending == request.sending]
        if client is None
        else facts.still_admins(client, mailed)
    )
    event = LinkRequestCancelled(
        **facts.of_request(pair, request, await facts.requesters_bureau(session, request)),
        window=request.sending,
        decided_at=now,
        decided_by=by,
        reason=reason,
        recipients=facts.recipients([one for one in told if one.email != ERASED]),
    )
    await outbox.add(session, [event])


async def withdraw(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    now: datetime,
    *,
    by: Person | None,
    reason: Reason | None,
    origin: Origin = OURS,
) -> None:
    """Ends what the pair has pending, because something makes it pointless (D11); a request that is
    past its time has expired all the same."""
    request = await requests.pending(session, pair.bureau_id, pair.tenant_id)
    if request is None:
        return
    status = status_at(request.status, request.expires_at, now)
    if step(status, Act.WITHDRAW) is Step.DO:
        await cancel(session, outbox, pair, request, now, by=by, reason=reason, origin=origin)
    else:
        await expire(session, outbox, pair, request)


async def _close(
    session: AsyncSession, pair: Pair, request: LinkRequest, status: Status, at: datetime
) -> None:
    pair.version += 1
    request.status, request.version, request.decided_at = status.value, pair.version, at
    # Before another one is inserted, or the index of one pending request a pair would object.
    await session.flush()
