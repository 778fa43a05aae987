"""What time does to requests: reminders fall due, and requests expire (D3, R26).

Any number of replicas may sweep: each looks again under the pair's lock, so each act happens once.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from linking.requests import Status, reminder_is_due, status_at
from linking.service import closing
from linking.service.locking import lock
from linking.service.sendings import remind
from linking.storage import directory, requests

Due = tuple[UUID, str, str]
"""request_id, bureau_id, tenant_id"""


async def sweep_one(
    session: AsyncSession, outbox: Outbox, due: Due, remind_before: timedelta
) -> bool:
    """Expires the request, or reminds its admins, if that is still to be done; whether it was."""
    request_id, bureau_id, tenant_id = due
    pair = await lock(session, bureau_id, tenant_id)
    now = await directory.now(session)
    request = await requests.request(session, request_id)
    if request is None or request.status != Status.PENDING:
        return False
    status = status_at(request.status, request.expires_at, now)
    if status is Status.EXPIRED:
        await closing.expire(session, outbox, pair, request)
        return True
    sending = await requests.sending(session, request_id, request.sending)
    if sending is None or not reminder_is_due(
        status=status,
        sent_at=sending.sent_at,
        expires_at=sending.expires_at,
        reminded=sending.reminded_at is not None,
        before=remind_before,
        now=now,
    ):
        return False
    await remind(session, outbox, pair, request, sending, now)
    return True
