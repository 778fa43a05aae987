"""What the notifier does with an event: queue its mails, void the ones it makes pointless."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.envelope import Envelope
from contracts.events.linking import (
    DecidedEvent,
    LinkEnded,
    LinkEstablished,
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequestDeclined,
    LinkRequestExpired,
    LinkRequestUndeliverable,
    Sending,
)
from notifier import drafts, storage
from notifier.drafts import Draft


class Desk:
    """Queues the mails of events. domain: the sender's, which Message-IDs end in.

    Each method takes (session, event, envelope). Doubled events find the delivery already there,
    and a sending that its decision has overtaken makes no mail. Nor does a snapshot.
    """

    def __init__(self, domain: str) -> None:
        self._domain = domain

    async def take_sending(self, session: AsyncSession, event: Sending, envelope: Envelope) -> None:
        if not await storage.lock_request(session, event.request_id):
            await self._queue(session, event, envelope, drafts.of_sending(event))

    async def take_acceptance(
        self, session: AsyncSession, event: LinkRequestAccepted, envelope: Envelope
    ) -> None:
        await self._decided(session, event, envelope, drafts.of_acceptance(event))

    async def take_refusal(
        self, session: AsyncSession, event: LinkRequestDeclined, envelope: Envelope
    ) -> None:
        await self._decided(session, event, envelope, drafts.of_refusal(event))

    async def take_cancellation(
        self, session: AsyncSession, event: LinkRequestCancelled, envelope: Envelope
    ) -> None:
        await self._decided(session, event, envelope, drafts.of_cancellation(event))

    async def take_expiry(
        self, session: AsyncSession, event: LinkRequestExpired, envelope: Envelope
    ) -> None:
        await self._decided(session, event, envelope, drafts.of_expiry(event))

    async def take_undeliverable(
        self, session: AsyncSession, event: LinkRequestUndeliverable, envelope: Envelope
    ) -> None:
        if not await storage.lock_request(session, event.request_id):
            await self._queue(session, event, envelope, drafts.of_undeliverable(event))

    async def take_link(
        self, session: AsyncSession, event: LinkEstablished, envelope: Envelope
    ) -> None:
        await self._queue(session, event, envelope, drafts.of_link(event))

    async def take_end(self, session: AsyncSession, event: LinkEnded, envelope: Envelope) -> None:
        await self._queue(session, event, envelope, drafts.of_end(event))

    async def _decided(
        self, session: AsyncSession, event: DecidedEvent, envelope: Envelope, mails: Sequence[Draft]
    ) -> None:
        await storage.note_decided(session, event.request_id)
        await storage.void_mails(session, event.request_id)
        await self._queue(session, event, envelope, mails)

    async def _queue(
        self,
        session: AsyncSession,
        event: Sending | DecidedEvent | LinkRequestUndeliverable | LinkEstablished | LinkEnded,
        envelope: Envelope,
        mails: Sequence[Draft],
    ) -> None:
        if envelope.snapshot:
            # It tells what has long been so: nobody is mailed again.
            return
        await storage.add(
            session, mails, envelope.id, event.bureau_id, event.tenant_id, self._domain
        )
