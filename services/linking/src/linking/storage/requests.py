"""Questions about pairs, requests, their sendings and their time line. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import LinkRequest, MailedAdmin, Pair, RequestEvent, Sending

ERASED = "erased@invalid.example"
"""The address of a recipient who was erased (persons.py): nobody's."""


async def lock_pair(session: AsyncSession, bureau_id: str, tenant_id: str) -> Pair:
    """The aggregate's row, made where it is missing, locked until the transaction's end."""
    await session.execute(
        insert(Pair)
        .values(bureau_id=bureau_id, tenant_id=tenant_id, version=0)
        .on_conflict_do_nothing()
    )
    pair: Pair | None = await session.scalar(
        select(Pair)
        .where(Pair.bureau_id == bureau_id, Pair.tenant_id == tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert pair is not None
    return pair


async def pair_of(session: AsyncSession, request_id: UUID) -> tuple[str, str] | None:
    """(bureau_id, tenant_id) of a request; they never change, so no lock is needed."""
    row = (
        await session.execute(
            select(LinkRequest.bureau_id, LinkRequest.tenant_id).where(LinkRequest.id == request_id)
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def request(session: AsyncSession, request_id: UUID) -> LinkRequest | None:
    found: LinkRequest | None = await session.scalar(
        select(LinkRequest)
        .where(LinkRequest.id == request_id)
        .execution_options(populate_existing=True)
    )
    return found


async def pending(session: AsyncSession, bureau_id: str, tenant_id: str) -> LinkRequest | None:
    """The pair's request that is stored as pending, expired or not."""
    found: LinkRequest | None = await session.scalar(
        select(LinkRequest)
        .where(
            LinkRequest.bureau_id == bureau_id,
            LinkRequest.tenant_id == tenant_id,
            LinkRequest.status == "pending",
        )
        .execution_options(populate_existing=True)
    )
    return found


async def add(session: AsyncSession, request: LinkRequest) -> None:
    session.add(request)
    await session.flush()


async def add_sending(
    session: AsyncSession, sending: Sending, admins: Sequence[MailedAdmin]
) -> None:
    """A sending of a stored request, with whom it goes to."""
    session.add(sending)
    await session.flush()
    session.add_all(admins)
    await session.flush()


async def sending(session: AsyncSession, request_id: UUID, number: int) -> Sending | None:
    found: Sending | None = await session.scalar(
        select(Sending)
        .where(Sending.request_id == request_id, Sending.number == number)
        .execution_options(populate_existing=True)
    )
    return found


async def recipients(session: AsyncSession, request_id: UUID, number: int) -> Sequence[MailedAdmin]:
    """Whom one sending went to, in the order of their names."""
    found = await session.scalars(
        select(MailedAdmin)
        .where(MailedAdmin.request_id == request_id, MailedAdmin.sending == number)
        .order_by(MailedAdmin.name, MailedAdmin.user_id)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def all_recipients(session: AsyncSession, request_id: UUID) -> Sequence[MailedAdmin]:
    """Whom any of its sendings went to, in the order of the sendings."""
    found = await session.scalars(
        select(MailedAdmin)
        .where(MailedAdmin.request_id == request_id)
        .order_by(col(MailedAdmin.sending), MailedAdmin.name, MailedAdmin.user_id)
    )
    return found.all()


async def current_recipients(
    session: AsyncSession, request_ids: Sequence[UUID]
) -> dict[UUID, list[MailedAdmin]]:
    """The newest sending's recipients of each of these requests, in the order of their names."""
    found = await session.scalars(
        select(MailedAdmin)
        .join(
            LinkRequest,
            (col(LinkRequest.id) == MailedAdmin.request_id)
            & (col(LinkRequest.sending) == MailedAdmin.sending),
        )
        .where(col(LinkRequest.id).in_(request_ids))
        .order_by(MailedAdmin.name, MailedAdmin.user_id)
    )
    grouped: dict[UUID, list[MailedAdmin]] = {request_id: [] for request_id in request_ids}
    for admin in found:
        grouped[admin.request_id].append(admin)
    return grouped


async def note_mail(
    session: AsyncSession,
    request_id: UUID,
    number: int,
    user_id: str,
    *,
    mail: str,
    error: str | None,
    message_id: str,
    over: Sequence[str],
) -> str | None:
    """Sets a recipient's mail state where it is one of `over`; her name, None if nobody is such.

    The name comes back whether or not the state changed.
    """
    admin: MailedAdmin | None = await session.scalar(
        select(MailedAdmin)
        .where(
            MailedAdmin.request_id == request_id,
            MailedAdmin.sending == number,
            MailedAdmin.user_id == user_id,
        )
        .with_for_update()
    )
    if admin is None:
        return None
    await session.execute(
        update(MailedAdmin)
        .where(
            col(MailedAdmin.request_id) == request_id,
            col(MailedAdmin.sending) == number,
            col(MailedAdmin.user_id) == user_id,
            col(MailedAdmin.mail).in_(over),
        )
        .values(mail=mail, mail_error=error, message_id=message_id)
        .execution_options(synchronize_session=False)
    )
    return admin.name


async def tell(
    session: AsyncSession,
    request_id: UUID,
    at: datetime,
    kind: str,
    *,
    by: dict[str, object] | None = None,
    text: str | None = None,
    user_id: str | None = None,
    source: UUID | None = None,
) -> None:
    """A line of the time line; one with a source that was told already is left out. user_id: whose
    name the text holds."""
    await session.execute(
        insert(RequestEvent)
        .values(
            request_id=request_id,
            at=at,
            type=kind,
            by=by,
            text=text,
            user_id=user_id,
            source=source,
        )
        .on_conflict_do_nothing(index_elements=["source"])
    )


async def said_with(session: AsyncSession, request_id: UUID, kind: str) -> str | None:
    """The words of the time line's first such line; None for none."""
    found: str | None = await session.scalar(
        select(RequestEvent.text)
        .where(RequestEvent.request_id == request_id, RequestEvent.type == kind)
        .order_by(col(RequestEvent.at), col(RequestEvent.id))
        .limit(1)
    )
    return found


async def time_line(session: AsyncSession, request_id: UUID) -> Sequence[RequestEvent]:
    """What happened, in order."""
    found = await session.scalars(
        select(RequestEvent)
        .where(RequestEvent.request_id == request_id)
        .order_by(col(RequestEvent.at), col(RequestEvent.id))
    )
    return found.all()


async def due(
    session: AsyncSession, *, remind_before: timedelta, limit: int
) -> Sequence[tuple[UUID, str, str]]:
    """(id, bureau_id, tenant_id) of pending requests that are past their time, or whose reminder
    may be due: the ones that end first, first. A hint only: who acts looks again under the lock."""
    clock = func.clock_timestamp()
    expires = col(LinkRequest.expires_at)
    found = await session.execute(
        select(LinkRequest.id, LinkRequest.bureau_id, LinkRequest.tenant_id)
        .join(
            Sending,
            (col(Sending.request_id) == LinkRequest.id)
            & (col(Sending.number) == LinkRequest.sending),
        )
        .where(
            LinkRequest.status == "pending",
            or_(
                expires <= clock,
                and_(
                    expires <= clock + remind_before,
                    expires - col(Sending.sent_at) > remind_before,
                    col(Sending.reminded_at).is_(None),
                ),
            ),
        )
        .order_by(expires)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in found]


async def pending_of(
    session: AsyncSession, *, bureau_ids: Sequence[str] = (), tenant_ids: Sequence[str] = ()
) -> set[tuple[str, str]]:
    """(tenant_id, bureau_id) of the pending requests of these bureaus and of these clients."""
    found = await session.execute(
        select(LinkRequest.tenant_id, LinkRequest.bureau_id).where(
            LinkRequest.status == "pending",
            or_(
                col(LinkRequest.bureau_id).in_(bureau_ids),
                col(LinkRequest.tenant_id).in_(tenant_ids),
            ),
        )
    )
    return {(tenant_id, bureau_id) for tenant_id, bureau_id in found}
