"""What became of the mails: shown to the bureau, per recipient (D7)."""

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.events.notifier import DeliveryEvent, MailFailed, MailSent
from linking.storage import requests

# The mails that carry the link; the others say nothing of whether an admin can answer.
_WITH_LINK = ("request", "reminder")


async def take_sent(session: AsyncSession, event: MailSent) -> None:
    """A link has reached her mail server, whatever became of another mail with the same link."""
    await _take(session, event, "sent", None, over=("queued", "failed"))


async def take_failed(session: AsyncSession, event: MailFailed) -> None:
    """A mail was given up; a link that was handed over before or after it still counts as sent."""
    await _take(session, event, "failed", event.error[:500], over=("queued",))


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
            source=event.delivery_id,
        )
