"""How much a bureau may send, and an address may get: counted in our own rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.rates import too_many
from contracts.events.event import Recipient
from linking.limits import SendingLimits
from linking.storage import limiting

_BUREAU = "The bureau has sent as many requests as it may for now"
_CLIENT = "The bureau has asked this client as often as it may for now"
_ADDRESS = "This client can't be asked by mail just now; try later, or use the paper form"


async def check_sending(
    session: AsyncSession,
    limits: SendingLimits,
    bureau_id: str,
    tenant_id: str,
    admins: Sequence[Recipient],
    now: datetime,
) -> None:
    """Whether the bureau may send one more request, or one more time, to these admins of a client.

    Raises RATE_LIMITED; Retry-After is when the oldest that counts leaves the window. Which address
    is full is not said: other bureaus may have filled it.

    Exact, over replicas, too: whoever sends for the same bureau, or to one of the same addresses,
    waits here for this transaction's end. The bureau's own row would not do: creates share it
    (FOR SHARE), and to lock it harder would hold up the directory. So it is advisory locks, of the
    bureau first, then of the addresses, after every row lock and before the audit trail's, so that
    nobody waits in a circle; sendings to one client are counted under the pair's own lock. Two
    bureaus whose names collide in the lock's hash wait for each other, no more. Call it before
    anything is written.
    """
    rate = limits.requests_per_bureau
    if rate is not None:
        await limiting.lock_bureau(session, bureau_id)
        oldest = await limiting.full_since(
            session, bureau_id, most=rate.count, since=now - rate.window
        )
        if oldest is not None:
            wait = oldest + rate.window - now
            raise too_many(limits.metrics, "requests_per_bureau", wait, _BUREAU)
    rate = limits.requests_per_client
    if rate is not None:
        oldest = await limiting.asked_since(
            session, bureau_id, tenant_id, most=rate.count, since=now - rate.window
        )
        if oldest is not None:
            wait = oldest + rate.window - now
            raise too_many(limits.metrics, "requests_per_client", wait, _CLIENT)
    rate = limits.mails_per_address
    if rate is not None:
        addresses = [admin.email for admin in admins]
        await limiting.lock_addresses(session, addresses)
        oldest = await limiting.crowded_since(
            session, addresses, most=rate.count, since=now - rate.window
        )
        if oldest is not None:
            wait = oldest + rate.window - now
            raise too_many(limits.metrics, "mails_per_address", wait, _ADDRESS)
