"""One mail of every kind, variant and language, always with the same names, times and link.

Each goes the whole way: event, draft, delivery, message, and back from the bytes on the wire.
"""

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, get_args
from uuid import UUID

from contracts.events.event import Person, Recipient
from contracts.events.linking import (
    LinkEnded,
    LinkEstablished,
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequestDeclined,
    LinkRequested,
    LinkRequestExpired,
    LinkRequestReminderDue,
    LinkRequestResent,
    LinkRequestUndeliverable,
    PaperForm,
    Sending,
)
from contracts.fields import Locale, Side
from notifier import drafts
from notifier.drafts import Draft
from notifier.message import Outgoing, Writer
from notifier.tables import Delivery
from services.notifier.tests.events import KEYS, PUBLIC_URL

REQUEST = UUID("0193a5d2-1c01-7a01-8c4d-5e6f708192a3")
LINK = UUID("0193a5d2-1c02-7a02-8c4d-5e6f708192a3")
DELIVERY = UUID("0193a5d2-1c03-7a03-8c4d-5e6f708192a3")
ASKED = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
EXPIRES = datetime(2026, 11, 30, 13, 5, tzinfo=UTC)
DECIDED = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)

ASA = Recipient(user_id="asa", name="Åsa Åkerström", email="asa@maleri.example")
EMMA = Recipient(user_id="emma", name="Emma Öhman", email="emma@maleri.example")
LINNEA = Recipient(user_id="linnea", name="Linnéa Björk", email="linnea@byran.example")
GORAN = Recipient(user_id="goran", name="Göran Ängström", email="goran@byran.example")
SUPPORT = Person(user_id="s-1", name="Sixten Hjälpsam", side="support")
PAIR: dict[str, Any] = {
    "bureau_id": "b-1",
    "tenant_id": "100001",
    "version": 1,
    "bureau_name": "Norrskensbyrån Redovisning AB",
    "client_name": "Åkerströms Måleri i Örebro AB",
}
MESSAGE = (
    "Hej Åsa!\nVi behöver er bokföring för årsbokslutet, gärna före den 1 december om det går. Ring"
    " mig om något är oklart.\n\nLinnéa"
)


def person(recipient: Recipient, side: Side) -> Person:
    return Person(user_id=recipient.user_id, name=recipient.name, side=side)


def _about(**given: Any) -> dict[str, Any]:
    return {
        **PAIR,
        "request_id": REQUEST,
        "requested_by": person(LINNEA, "bureau"),
        "requester": LINNEA,
        "created_at": ASKED,
        "window": 1,
        **given,
    }


def _decided(**given: Any) -> dict[str, Any]:
    return _about(**{"decided_at": DECIDED, "decided_by": person(ASA, "client"), **given})


def _sending(kind: type[Sending] = LinkRequested, **given: Any) -> Draft:
    fields = {
        "sent_at": ASKED,
        "expires_at": EXPIRES,
        "entry_point": "client_manager",
        "bureau_org_number": "558000-0023",
        "recipients": (ASA,),
        **given,
    }
    [draft] = drafts.of_sending(kind(**_about(**fields)))
    return draft


def _accepted() -> list[Draft]:
    return drafts.of_acceptance(
        LinkRequestAccepted(**_decided(link_id=LINK, acceptor=ASA, recipients=(EMMA,)))
    )


def _declined(message: str | None) -> Draft:
    [draft] = drafts.of_refusal(LinkRequestDeclined(**_decided(message=message)))
    return draft


def _expired() -> Draft:
    fields = _decided(decided_by=None, decided_at=EXPIRES)
    [draft] = drafts.of_expiry(LinkRequestExpired(**fields))
    return draft


def _undeliverable() -> Draft:
    failed = (ASA.name, EMMA.name)
    [draft] = drafts.of_undeliverable(LinkRequestUndeliverable(**_about(failed=failed)))
    return draft


def _cancelled(reason: str | None) -> Draft:
    by = person(LINNEA, "bureau") if reason is None else SUPPORT
    fields = _decided(decided_by=by, reason=reason, recipients=(ASA,))
    [draft] = drafts.of_cancellation(LinkRequestCancelled(**fields))
    return draft


def _by_form(form_kind: str) -> list[Draft]:
    return drafts.of_link(
        LinkEstablished(
            **PAIR,
            link_id=LINK,
            route="paper_form",
            client_org_number="558000-0015",
            established_at=DECIDED,
            form=PaperForm(form_kind=form_kind, signed_by="Åsa Åkerström", reference="K-2026/117"),
            bureau_admins=(GORAN,),
            client_admins=(ASA,),
        )
    )


def _ended(by: Person | None, reason: str | None = None) -> list[Draft]:
    fields = {"link_id": LINK, "route": "digital", "ended_at": DECIDED}
    admins = {"bureau_admins": (GORAN,), "client_admins": (ASA,)}
    return drafts.of_end(LinkEnded(**PAIR, **fields, **admins, ended_by=by, reason=reason))


def _sides(name: str, both: list[Draft]) -> dict[str, Draft]:
    return dict(zip((f"{name}_to_client", f"{name}_to_bureau"), both, strict=True))


_RECEIPT, _TO_OTHER_ADMIN, _TO_REQUESTER = _accepted()
DRAFTS: dict[str, Draft] = {
    "request": _sending(),
    "request.message": _sending(message=MESSAGE),
    "request.resent": _sending(LinkRequestResent, message=MESSAGE, window=2),
    "request.sole_trader": _sending(bureau_org_number="640823-****"),
    "reminder": _sending(LinkRequestReminderDue),
    "reminder.message": _sending(LinkRequestReminderDue, message=MESSAGE),
    "accepted.to_bureau": _TO_REQUESTER,
    "accepted.to_client": _TO_OTHER_ADMIN,
    "receipt": _RECEIPT,
    "declined": _declined(None),
    "declined.message": _declined("Vi har redan en byrå.\nMen tack!"),
    "expired": _expired(),
    "undeliverable": _undeliverable(),
    "cancelled": _cancelled(None),
    "cancelled.paper_form": _cancelled("paper_form"),
    "cancelled.bureau_deleted": _cancelled("bureau_deleted"),
    "cancelled.client_deleted": _cancelled("client_deleted"),
    **_sides("linked_by_form.link_client", _by_form("link_client")),
    **_sides("linked_by_form.change_bureau", _by_form("change_bureau")),
    **_sides("ended.by_bureau", _ended(person(GORAN, "bureau"), "Uppdraget är slut.\nTack!")),
    **_sides("ended.by_client", _ended(person(ASA, "client"), "Vi byter byrå.")),
    **_sides("ended.by_client_in_silence", _ended(person(ASA, "client"))),
    **_sides("ended.by_support", _ended(SUPPORT)),
    **_sides("ended.bureau_deleted", _ended(None, "bureau_deleted")),
    **_sides("ended.client_deleted", _ended(None, "client_deleted")),
}
"""By MAIL[.VARIANT]."""


@dataclass(frozen=True)
class Sample:
    """A mail as it comes out of the bytes on the wire. name: MAIL.LOCALE[.VARIANT]."""

    name: str
    outgoing: Outgoing

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.outgoing.content, policy=email.policy.default)

    @property
    def mail(self) -> str:
        return self.name.split(".")[0]

    @property
    def locale(self) -> str:
        return self.name.split(".")[1]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


def delivery(draft: Draft, locale: Locale, **given: Any) -> Delivery:
    return Delivery(
        id=DELIVERY,
        event_id=DELIVERY,
        mail=draft.mail,
        bureau_id="b-1",
        tenant_id="100001",
        subject_id=draft.subject_id,
        sending=draft.sending,
        user_id=draft.to.user_id,
        address=draft.to.email,
        locale=locale,
        message_id=f"<{DELIVERY}@koppla.example>",
        give_up_at=EXPIRES,
        due_at=ASKED,
        created_at=ASKED,
        **{"name": draft.to.name, "data": dict(draft.data), **given},
    )


SENDER = Address("Koppla", "no-reply", "koppla.example")
SUPPORT_EMAIL = "support@koppla.example"
WRITER = Writer(SENDER, PUBLIC_URL, KEYS, SUPPORT_EMAIL)


def _sample(variant: str, locale: Locale) -> Sample:
    mail, dot, which = variant.partition(".")
    assert DRAFTS[variant].mail == mail
    outgoing = WRITER.write(delivery(DRAFTS[variant], locale))
    return Sample(f"{mail}.{locale}{dot}{which}", outgoing)


SAMPLES = [_sample(variant, locale) for variant in DRAFTS for locale in get_args(Locale)]
