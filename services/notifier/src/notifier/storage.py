"""Questions to the notifier's database. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, case, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from contracts.envelope import uuid7
from notifier.drafts import Draft
from notifier.tables import Delivery, Request

GIVE_UP_AFTER = timedelta(hours=72)
WITH_LINK_TO_DECIDE = ("request", "reminder")
_OPEN = ("queued", "sending")
_clock = func.clock_timestamp()


async def lock_request(session: AsyncSession, request_id: UUID) -> bool:
    """Locks the request until the transaction ends; whether it is decided."""
    known = insert(Request).values(request_id=request_id, decided=False)
    locked = known.on_conflict_do_update(
        index_elements=["request_id"], set_={"request_id": known.excluded.request_id}
    )
    return bool((await session.execute(locked.returning(col(Request.decided)))).scalar_one())


async def note_decided(session: AsyncSession, request_id: UUID) -> None:
    """Locks the request and remembers for good that it came to its end."""
    known = insert(Request).values(request_id=request_id, decided=True)
    await session.execute(
        known.on_conflict_do_update(
            index_elements=["request_id"], set_={"decided": True, "updated_at": _clock}
        )
    )


async def void_mails(session: AsyncSession, request_id: UUID) -> None:
    """Voids the request's mails that are queued, and marks those that are being sent.

    Both in one statement: it waits for a worker that is just writing a result, and sees it.
    """
    await session.execute(
        update(Delivery)
        .where(
            col(Delivery.subject_id) == request_id,
            col(Delivery.mail).in_(WITH_LINK_TO_DECIDE),
            col(Delivery.status).in_(_OPEN),
        )
        .values(
            unwanted=True,
            status=case((col(Delivery.status) == "queued", "void"), else_="sending"),
            settled_at=case((col(Delivery.status) == "queued", _clock), else_=None),
        )
    )


async def add(
    session: AsyncSession,
    mails: Sequence[Draft],
    event_id: UUID,
    bureau_id: str,
    tenant_id: str,
    domain: str,
) -> None:
    """Queues the mails, each once per event and recipient.

    The Message-ID follows from those, so that a notifier that lost its database and is told again
    doubles mails under the ids that they had.
    """
    rows = []
    for draft in mails:
        rows.append(
            {
                "id": uuid7(),
                "event_id": event_id,
                "mail": draft.mail,
                "bureau_id": bureau_id,
                "tenant_id": tenant_id,
                "subject_id": draft.subject_id,
                "sending": draft.sending,
                "user_id": draft.to.user_id,
                "name": draft.to.name,
                "address": draft.to.email,
                "locale": draft.to.locale,
                "data": dict(draft.data),
                "message_id": f"<{uuid5(event_id, f'{draft.mail}:{draft.to.user_id}')}@{domain}>",
                "give_up_at": draft.give_up_at or _clock + GIVE_UP_AFTER,
            }
        )
    if rows:
        await session.execute(
            insert(Delivery)
            .values(rows)
            .on_conflict_do_nothing(index_elements=["event_id", "mail", "user_id"])
        )


async def lease(session: AsyncSession, limit: int, term: timedelta) -> Sequence[Delivery]:
    """Takes up to `limit` mails that are due, the longest due first, for `term`.

    By the statement's time, not the clock's: only a stable function can use the index, and
    nothing is waited for here.
    """
    due = (
        select(Delivery.id)
        .where(
            col(Delivery.status).in_(_OPEN),
            col(Delivery.due_at) <= func.statement_timestamp(),
        )
        .order_by(col(Delivery.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = await session.scalars(
        update(Delivery)
        .where(col(Delivery.id) == due.c.id)
        .values(
            status="sending",
            attempts=Delivery.attempts + 1,
            lease_token=Delivery.lease_token + 1,
            due_at=_clock + term,
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return taken.all()


async def seconds_until_due(session: AsyncSession) -> float | None:
    """Until the next mail may be tried or the next lease ends; None when nothing is open."""
    soonest = select(func.min(Delivery.due_at)).where(col(Delivery.status).in_(_OPEN))
    seconds = await session.scalar(
        select(func.extract("epoch", soonest.scalar_subquery() - _clock))
    )
    return None if seconds is None else float(seconds)


async def prolong(
    session: AsyncSession, leases: Sequence[tuple[UUID, int]], term: timedelta
) -> None:
    """Keeps the leases (delivery, token) that are still ours."""
    await session.execute(
        update(Delivery)
        .where(
            or_(*(_is_held(delivery_id, token) for delivery_id, token in leases)),
            col(Delivery.status) == "sending",
        )
        .values(due_at=_clock + term)
        .execution_options(synchronize_session=False)
    )


def _is_held(delivery_id: UUID, token: int) -> ColumnElement[bool]:
    return (col(Delivery.id) == delivery_id) & (col(Delivery.lease_token) == token)


async def held(session: AsyncSession, delivery_id: UUID, token: int) -> Delivery | None:
    """The delivery, locked, if this lease is still the newest and nobody has settled it."""
    return await session.scalar(
        select(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.lease_token) == token,
            col(Delivery.status) == "sending",
        )
        .with_for_update()
    )


async def clock(session: AsyncSession) -> datetime:
    """The database's clock now; ask after the lock."""
    now: datetime = (await session.execute(select(_clock))).scalar_one()
    return now
