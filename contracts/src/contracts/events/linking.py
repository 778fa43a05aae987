"""What linking says: of bureaus, of requests, of links.

No event holds a usable link token, and organisation numbers are masked where they are personal.
"""

from typing import ClassVar, Final, Literal
from uuid import UUID

from contracts.events.event import Event, PairEvent, Part, Person, Recipient
from contracts.fields import (
    BureauId,
    Count,
    EntryPoint,
    Message,
    Moment,
    Name,
    ShownOrgNumber,
    Text,
    Window,
)
from contracts.topics import LINKING_BUREAUS, LINKING_LINKS, LINKING_REQUESTS, Topic

Route = Literal["digital", "paper_form"]
FormKind = Literal["link_client", "change_bureau"]

EXCLUDED: Final = "BUREAU_EXCLUDED"
DELETED: Final = "BUREAU_DELETED"


class BureauEligibility(Event):
    """May this bureau use the digital route?

    reason: None where it may, BUREAU_EXCLUDED by a rule, BUREAU_DELETED where the directory lost
    it. version: grows per bureau.
    """

    topic: ClassVar[Topic] = LINKING_BUREAUS

    bureau_id: BureauId
    eligible: bool
    reason: Text | None = None
    version: Count

    def key(self) -> str:
        return self.bureau_id


class RequestEvent(PairEvent):
    """A change of one link request; what mails about it need to say is in it."""

    topic: ClassVar[Topic] = LINKING_REQUESTS

    request_id: UUID
    bureau_name: Name
    client_name: Name
    requested_by: Person
    requester: Recipient | None
    """The requester's address; None when she is no longer among the bureau's users."""
    created_at: Moment


class Sending(RequestEvent):
    """Mails with links are due. window: the number of this sending, from 1.

    sent_at, expires_at: of this sending's links. recipients: exactly the client's system admins
    of that moment (R21).
    """

    window: Window
    sent_at: Moment
    expires_at: Moment
    entry_point: EntryPoint
    message: Message | None = None
    bureau_org_number: ShownOrgNumber
    recipients: tuple[Recipient, ...]


class LinkRequested(Sending):
    """A bureau asked; mails to all system admins are due."""


class LinkRequestResent(Sending):
    """A bureau asked again: new links to the admins of now."""


class LinkRequestReminderDue(Sending):
    """Nobody has answered and the links soon end: the same link again."""


class DecidedEvent(RequestEvent):
    """A request came to an end. window: the last sending's number."""

    window: Window
    decided_at: Moment
    decided_by: Person | None
    """None where the clock decided."""


class LinkRequestAccepted(DecidedEvent):
    """The first admin accepted. recipients: the other admins who were mailed."""

    link_id: UUID
    acceptor: Recipient
    recipients: tuple[Recipient, ...]


class LinkRequestDeclined(DecidedEvent):
    """An admin said no. message: what she added for the bureau."""

    message: Message | None = None


class LinkRequestCancelled(DecidedEvent):
    """It was taken back. recipients: the admins who were mailed.

    reason: None for the bureau's own act, else paper_form, bureau_deleted or client_deleted.
    """

    reason: Text | None = None
    recipients: tuple[Recipient, ...]


class LinkRequestExpired(DecidedEvent):
    """Nobody answered in time."""


class LinkRequestUndeliverable(RequestEvent):
    """Every mail of a sending failed for good; the request stays pending.

    failed: the names of those who could not be reached.
    """

    window: Window
    failed: tuple[Name, ...]


class LinkEvent(PairEvent):
    """A link begins or ends; what mails and the client list need to say is in it."""

    topic: ClassVar[Topic] = LINKING_LINKS

    link_id: UUID
    bureau_name: Name
    client_name: Name
    route: Route


class PaperForm(Part):
    """The signed form that a support agent registered. reference: where it is archived."""

    form_kind: FormKind
    signed_by: Name
    reference: Text


class LinkEstablished(LinkEvent):
    """A bureau and a client are linked. The client is now in the bureau's activation list (R36).

    client_org_number: `NNNNNN-NNNN`, or `YYMMDD-****` for a sole trader. bureau_admins and
    client_admins: who is mailed, on the paper route only.
    """

    request_id: UUID | None = None
    client_org_number: ShownOrgNumber
    established_at: Moment
    accepted_by: Person | None = None
    form: PaperForm | None = None
    bureau_admins: tuple[Recipient, ...] = ()
    client_admins: tuple[Recipient, ...] = ()


class LinkEnded(LinkEvent):
    """Access ends now. reason: what the ender said, or bureau_deleted, client_deleted.

    ended_by: None where a deletion in the directory ended it.
    """

    ended_at: Moment
    ended_by: Person | None
    reason: Message | None = None
    bureau_admins: tuple[Recipient, ...] = ()
    client_admins: tuple[Recipient, ...] = ()
