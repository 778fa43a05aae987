"""A bureau or a client is deleted: its pending requests are cancelled, its links ended (D11)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from linking.service.closing import Reason, withdraw
from linking.service.ending import end
from linking.storage import directory, links, requests
from linking.tables import Pair


async def bureaus_gone(session: AsyncSession, outbox: Outbox, bureau_ids: Sequence[str]) -> None:
    """Their records are marked as deleted in this transaction, so nobody can ask any more."""
    found = await requests.pending_of(session, bureau_ids=bureau_ids)
    found |= await links.active_of(session, bureau_ids=bureau_ids)
    await _finish(session, outbox, found, "bureau_deleted")


async def clients_gone(session: AsyncSession, outbox: Outbox, tenant_ids: Sequence[str]) -> None:
    """Their records are marked as deleted in this transaction, so nobody can be asked any more."""
    found = await requests.pending_of(session, tenant_ids=tenant_ids)
    found |= await links.active_of(session, tenant_ids=tenant_ids)
    await _finish(session, outbox, found, "client_deleted")


async def _finish(
    session: AsyncSession, outbox: Outbox, found: set[tuple[str, str]], reason: Reason
) -> None:
    """found: (tenant_id, bureau_id). All pairs are locked before anything is written, in one order
    for everybody, since the audit trail's chains are locked after them."""
    pairs = [
        await requests.lock_pair(session, bureau_id, tenant_id)
        for tenant_id, bureau_id in sorted(found)
    ]
    for pair in pairs:
        await _finish_one(session, outbox, pair, reason)


async def _finish_one(session: AsyncSession, outbox: Outbox, pair: Pair, reason: Reason) -> None:
    now = await directory.now(session)
    await withdraw(session, outbox, pair, now, by=None, reason=reason)
    link = await links.active(session, pair.bureau_id, pair.tenant_id)
    if link is not None:
        await end(session, outbox, pair, link, now, by=None, reason=reason)
