"""What became of mails. Addresses are not repeated here: the user id names the recipient."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from contracts.events.event import Event
from contracts.fields import (
    BureauId,
    Digest,
    Message,
    Moment,
    TenantId,
    Text,
    UserId,
    Window,
    plain_text,
)
from contracts.topics import NOTIFIER_DELIVERIES, Topic

MessageId = Annotated[str, StringConstraints(max_length=998), AfterValidator(plain_text)]
"""The Message-ID header's value; 998 is the longest line of a mail (RFC 5322, 2.1.1)."""


class DeliveryEvent(Event):
    """One mail of one event to one recipient.

    mail: the template's name, for example `request`. event_id: the event that caused it.
    subject_id: the request, or the link. window: the sending's number, None outside of sendings.
    """

    topic: ClassVar[Topic] = NOTIFIER_DELIVERIES

    bureau_id: BureauId
    tenant_id: TenantId
    delivery_id: UUID
    event_id: UUID
    mail: Text
    subject_id: UUID
    window: Window | None = None
    user_id: UserId
    message_id: MessageId
    at: Moment

    def key(self) -> str:
        return f"{self.bureau_id}:{self.tenant_id}"


class MailSent(DeliveryEvent):
    """Handed over to the mail server, which answered for it.

    text_digest: of the text that was handed over: SHA-256 of the plain-text part, decoded, in
    UTF-8, with LF line ends, and with the token of its link replaced by `...`. None from a
    notifier that didn't say it yet.
    """

    text_digest: Digest | None = None


class MailFailed(DeliveryEvent):
    """Given up. error: a short reason without any address."""

    error: Message
