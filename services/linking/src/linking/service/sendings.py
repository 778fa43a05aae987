"""A sending: mails to all admins of one moment, whose links end together."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from contracts.events.event import Recipient
from contracts.events.linking import LinkRequested, LinkRequestReminderDue, LinkRequestResent
from contracts.org_number import OrgNumber
from linking.service import facts
from linking.storage import directory, requests
from linking.tables import Client, LinkRequest, MailedAdmin, Pair, Sending


async def send(
    session: AsyncSession,
    outbox: Outbox,
    kind: type[LinkRequested] | type[LinkRequestResent],
    pair: Pair,
    request: LinkRequest,
    client: Client,
    now: datetime,
    ttl: timedelta,
) -> None:
    """Mails to the client's admins of now are due (R21); the request ends with these links (D2).

    request: with the number of this sending, already stored. ttl: how long the links are good.
    """
    sending = Sending(
        request_id=request.id,
        number=request.sending,
        bureau_id=pair.bureau_id,
        sent_at=now,
        expires_at=now + ttl,
    )
    admins = facts.client_admins(client)
    mailed = [
        MailedAdmin(
            request_id=request.id, sending=request.sending, sent_at=now, **admin.model_dump()
        )
        for admin in admins
    ]
    await requests.add_sending(session, sending, mailed)
    said = await _said(session, pair, request, sending, admins)
    await outbox.add(session, [kind(**said)])


async def remind(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    request: LinkRequest,
    sending: Sending,
    now: datetime,
) -> None:
    """The same links again, to those of the sending who can still use theirs (D3)."""
    sending.reminded_at = now
    await session.flush()
    mailed = await requests.recipients(session, request.id, sending.number)
    client = await directory.client(session, pair.tenant_id)
    admins = facts.recipients(facts.still_admins(client, mailed))
    if not admins:
        return
    pair.version += 1
    request.version = pair.version
    await session.flush()
    await requests.tell(session, request.id, now, "reminded")
    said = await _said(session, pair, request, sending, admins)
    await outbox.add(session, [LinkRequestReminderDue(**said)])


async def _said(
    session: AsyncSession,
    pair: Pair,
    request: LinkRequest,
    sending: Sending,
    admins: tuple[Recipient, ...],
) -> dict[str, Any]:
    bureau = await facts.requesters_bureau(session, request)
    assert bureau is not None  # a deleted bureau's requests are cancelled in the same transaction
    return {
        **facts.of_request(pair, request, bureau),
        "window": sending.number,
        "sent_at": sending.sent_at,
        "expires_at": sending.expires_at,
        "entry_point": request.entry_point,
        "message": request.message,
        "bureau_org_number": OrgNumber(bureau.org_number).masked,
        "recipients": admins,
    }
