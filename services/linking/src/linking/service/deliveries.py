"""What became of the mails: shown to the bureau, per recipient (D7)."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from contracts.events.linking import LinkRequestUndeliverable
from contracts.events.notifier import DeliveryEvent, MailFailed, MailSent
from linking.requests import is_undeliverable, status_at
from linking.service import facts
from linking.storage import directory, requests

# The mails that carry the link; the others say nothing of whether an admin can answer.
_WITH_LINK = ("request", "reminder")


async def take_sent(session: AsyncSession, event: MailSent) -> None:
    """A link has reached her mail server, whatever became of another mail with the same link."""
    await _take(session, event, "sent", None, over=("queued", "failed"))


async def take_failed(outbox: Outbox, session: AsyncSession, event: MailFailed) -> None:
    """A mail was given up; a link that was handed over before or after it still counts as sent.

    When it was the last one of the newest sending and none has arrived, the requester is told.
    """
    await _take(session, event, "failed", event.error[:500], over=("queued",))
    if event.mail in _WITH_LINK and event.window is not None:
        await _tell_if_undeliverable(session, outbox, event.subject_id, event.window)


async def _take(
    session: AsyncSession,
    event: DeliveryEvent,
    mail: str,
    error: str | None,
    *,
    over: tuple[str, ...],
) -> None:
    if event.mail not in _WITH_LINK or event.window is None:
        return
    name = await requests.note_mail(
        session,
        event.subject_id,
        event.window,
        event.user_id,
        mail=mail,
        error=error,
        message_id=event.message_id,
        over=over,
    )
    if name is not None:
        await requests.tell(
            session,
            event.subject_id,
            event.at,
            f"{event.mail}_mail_{mail}",
            text=name if error is None else f"{name}: {error}",
            user_id=event.user_id,
            source=event.delivery_id,
        )


async def _tell_if_undeliverable(
    session: AsyncSession, outbox: Outbox, request_id: UUID, window: int
) -> None:
    found = await requests.pair_of(session, request_id)
    if found is None:
        return
    # Locked before the others are counted: of two that fail at once, one sees the other.
    pair = await requests.lock_pair(session, *found)
    request = await requests.request(session, request_id)
    sending = await requests.sending(session, request_id, window)
    if request is None or sending is None or sending.undeliverable_at is not None:
        return
    now = await directory.now(session)
    mailed = await requests.recipients(session, request_id, window)
    if not is_undeliverable(
        status_at(request.status, request.expires_at, now),
        is_newest=window == request.sending,
        mails=[one.mail for one in mailed],
    ):
        return
    sending.undeliverable_at = now
    pair.version += 1
    request.version = pair.version
    await session.flush()
    await requests.tell(session, request_id, now, "undeliverable")
    event = LinkRequestUndeliverable(
        **facts.of_request(pair, request, await facts.requesters_bureau(session, request)),
        window=window,
        failed=tuple(one.name for one in mailed),
    )
    await outbox.add(session, [event])
