"""What becomes of a delivery after an attempt; written only by who holds its newest lease."""

import random
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from contracts.events.notifier import MailFailed, MailSent
from notifier import storage
from notifier.outcomes import Halted, Later, Outcome, Refused, Sent
from notifier.tables import Delivery

log = structlog.get_logger(__name__)
LONGEST_WAIT = timedelta(hours=1)


def wait_after(attempts: int, first: timedelta, jitter: float) -> timedelta:
    """How long to leave a mail alone after so many attempts: doubling from `first` up to an hour,
    shortened to between half and all of it. jitter: 0 to 1."""
    step = min(LONGEST_WAIT, first * 2 ** min(attempts - 1, 12))
    return timedelta(seconds=step.total_seconds() * (0.5 + jitter / 2))


async def settle(
    session: AsyncSession,
    outbox: Outbox,
    delivery_id: UUID,
    token: int,
    outcome: Outcome,
    first: timedelta,
) -> str | None:
    """Writes the result and its event; the delivery's new status.

    None when the lease is no longer the newest: then the result is another's to write.
    """
    delivery = await storage.held(session, delivery_id, token)
    if delivery is None:
        log.warning("lease_lost", delivery=str(delivery_id))
        return None
    now = await storage.clock(session)
    match outcome:
        case Sent(digest):
            _close(delivery, "sent", now, None)
            await outbox.add(session, [MailSent(**_about(delivery, now), text_digest=digest)])
        case Refused(error):
            await _fail(session, outbox, delivery, now, error)
        case Later(error) | Halted(error):
            due = now + wait_after(delivery.attempts, first, random.random())  # noqa: S311
            if delivery.unwanted:
                _close(delivery, "void", now, error)
            elif due >= delivery.give_up_at:
                await _fail(session, outbox, delivery, now, error)
            else:
                delivery.status, delivery.due_at, delivery.last_error = "queued", due, error
    return delivery.status


async def hand_back(session: AsyncSession, delivery_id: UUID, token: int) -> None:
    """Ends a lease under which nothing was tried."""
    delivery = await storage.held(session, delivery_id, token)
    if delivery is not None:
        now = await storage.clock(session)
        delivery.attempts -= 1
        if delivery.unwanted:
            _close(delivery, "void", now, delivery.last_error)
        else:
            delivery.status, delivery.due_at = "queued", now


async def _fail(
    session: AsyncSession, outbox: Outbox, delivery: Delivery, now: datetime, error: str
) -> None:
    _close(delivery, "failed", now, error)
    await outbox.add(session, [MailFailed(**_about(delivery, now), error=error)])


def _close(delivery: Delivery, status: str, now: datetime, error: str | None) -> None:
    delivery.status, delivery.settled_at, delivery.last_error = status, now, error


def _about(delivery: Delivery, now: datetime) -> dict[str, object]:
    return {
        "bureau_id": delivery.bureau_id,
        "tenant_id": delivery.tenant_id,
        "delivery_id": delivery.id,
        "event_id": delivery.event_id,
        "mail": delivery.mail,
        "subject_id": delivery.subject_id,
        "window": delivery.sending,
        "user_id": delivery.user_id,
        "message_id": delivery.message_id,
        "at": now,
    }
