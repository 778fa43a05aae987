"""Which event makes which mails to whom. Source: design.md, the table of mails.

Pure: an event in, drafts out. A draft's data holds what its template needs, never a token.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.events.event import Person, Recipient
from contracts.events.linking import (
    LinkEnded,
    LinkEstablished,
    LinkEvent,
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequestDeclined,
    LinkRequestExpired,
    LinkRequestReminderDue,
    LinkRequestResent,
    LinkRequestUndeliverable,
    RequestEvent,
    Sending,
)

MAILS = (
    "request",
    "reminder",
    "accepted",
    "receipt",
    "declined",
    "expired",
    "undeliverable",
    "cancelled",
    "linked_by_form",
    "ended",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to write. sending: the window's number, for mails of sendings. give_up_at: None for
    the usual time. data: JSON values."""

    mail: str
    to: Recipient
    subject_id: UUID
    data: Mapping[str, Any]
    sending: int | None = None
    give_up_at: datetime | None = None


def of_sending(event: Sending) -> list[Draft]:
    """The request, or its reminder, to each admin of the sending (R21)."""
    mail = "reminder" if isinstance(event, LinkRequestReminderDue) else "request"
    data = {
        **_about(event),
        "bureau_org_number": event.bureau_org_number,
        "requested_by": event.requested_by.name,
        "message": event.message,
        "resent": isinstance(event, LinkRequestResent),
        "expires_at": event.expires_at.isoformat(),
    }
    return [
        Draft(mail, admin, event.request_id, data, event.window, event.expires_at)
        for admin in event.recipients
    ]


def of_acceptance(event: LinkRequestAccepted) -> list[Draft]:
    """A receipt to who accepted, word to the other admins, both with a link to manage by; word to
    the requester. The client's side first, as in `_both_sides`."""
    data = {
        **_about(event),
        "decided_by": event.acceptor.name,
        "decided_at": event.decided_at.isoformat(),
    }
    to_client = {"side": "client", "has_page": True}
    return _once(
        Draft("receipt", event.acceptor, event.link_id, data),
        *_each("accepted", event.recipients, event.link_id, {**data, **to_client}),
        *_each("accepted", [event.requester], event.request_id, {**data, "side": "bureau"}),
    )


def of_refusal(event: LinkRequestDeclined) -> list[Draft]:
    data = {
        **_about(event),
        "decided_by": _name(event.decided_by),
        "decided_at": event.decided_at.isoformat(),
        "message": event.message,
    }
    return _each("declined", [event.requester], event.request_id, data)


def of_expiry(event: LinkRequestExpired) -> list[Draft]:
    data = {**_about(event), "decided_at": event.decided_at.isoformat()}
    return _each("expired", [event.requester], event.request_id, data)


def of_cancellation(event: LinkRequestCancelled) -> list[Draft]:
    """To the admins who were mailed. The support agent behind a paper form is not named."""
    data = {
        **_about(event),
        "decided_by": None if event.reason else _name(event.decided_by),
        "decided_at": event.decided_at.isoformat(),
        "reason": event.reason,
    }
    return _each("cancelled", event.recipients, event.request_id, data)


def of_undeliverable(event: LinkRequestUndeliverable) -> list[Draft]:
    data = {**_about(event), "failed": list(event.failed)}
    return _each("undeliverable", [event.requester], event.request_id, data)


def of_link(event: LinkEstablished) -> list[Draft]:
    """Only a link by paper form is news in a mail; the digital route has its receipts."""
    if event.route != "paper_form":
        return []
    data = {
        **_about(event),
        "established_at": event.established_at.isoformat(),
        "form_kind": event.form.form_kind if event.form else None,
        "signed_by": event.form.signed_by if event.form else None,
        "reference": event.form.reference if event.form else None,
    }
    return _both_sides("linked_by_form", event, data)


def of_end(event: LinkEnded) -> list[Draft]:
    data = {
        **_about(event),
        "ended_at": event.ended_at.isoformat(),
        "ended_by": event.ended_by.model_dump() if event.ended_by else None,
        "reason": event.reason,
    }
    return _both_sides("ended", event, data)


def _about(event: RequestEvent | LinkEvent) -> dict[str, Any]:
    return {
        "bureau_name": event.bureau_name,
        "client_name": event.client_name,
        "tenant_id": event.tenant_id,
    }


def _name(person: Person | None) -> str | None:
    return person.name if person else None


def _each(
    mail: str, to: Iterable[Recipient | None], subject_id: UUID, data: Mapping[str, Any]
) -> list[Draft]:
    return [Draft(mail, person, subject_id, data) for person in to if person is not None]


def _both_sides(
    mail: str, event: LinkEstablished | LinkEnded, data: Mapping[str, Any]
) -> list[Draft]:
    """The client's side first: who is on both gets the mail with the manage link."""
    return _once(
        *_each(mail, event.client_admins, event.link_id, {**data, "side": "client"}),
        *_each(mail, event.bureau_admins, event.link_id, {**data, "side": "bureau"}),
    )


def _once(*drafts: Draft) -> list[Draft]:
    """The first mail of each person: one event is news once, also to who is on both sides."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.to.user_id, draft)
    return list(first.values())
