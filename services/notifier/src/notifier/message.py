"""A delivery as a message ready for the wire. The link's token is made here and kept nowhere."""

import hashlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any

from contracts.link_token import LinkKeys, Purpose
from notifier.header_text import header_text
from notifier.rendering import render
from notifier.tables import Delivery

_DECIDE = ("request", "reminder")
_MANAGE = ("accepted", "linked_by_form")
"""To the client's side: every admin can end what one of them agreed to (D8)."""


class Unmailable(Exception):
    """No server can take a mail to this address; the text doesn't quote it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """recipient: for RCPT TO. utf8: the server must know SMTPUTF8 (RFC 6531). text_digest: of the
    plain-text part, as `MailSent` says it."""

    recipient: str
    content: bytes
    utf8: bool
    text_digest: str


class Writer:
    """Writes messages. sender: of every mail. public_url: base of the links. support_email: whom
    each mail names for questions, if anybody."""

    def __init__(
        self, sender: Address, public_url: str, keys: LinkKeys, support_email: str | None = None
    ) -> None:
        self.sender = sender
        self._public_url = public_url
        self._keys = keys
        self._support_email = support_email

    def write(self, delivery: Delivery) -> Outgoing:
        """The message; the same delivery gives the same one. Raises Unmailable."""
        address = mail_address(delivery.address)
        utf8 = not address.addr_spec.isascii()
        token = self._token(delivery)
        data = self._data(delivery, token)
        rendered = render(delivery.mail, delivery.locale, data, self._support_email)
        message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
        message["From"] = self.sender
        message["To"] = Address(header_text(delivery.name), address.username, address.domain)
        message["Subject"] = header_text(rendered.subject)
        # Of the delivery, not of the attempt: a mail that goes out twice is the same twice.
        message["Date"] = delivery.created_at
        message["Message-ID"] = delivery.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(rendered.text, cte="quoted-printable")
        message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        message.set_boundary(f"=_{delivery.id.hex}")
        # Last: the calls above move Content-… headers into the first part.
        message["Content-Language"] = delivery.locale
        digest = _digest(rendered.text, token)
        return Outgoing(address.addr_spec, message.as_bytes(), utf8, digest)

    def _token(self, delivery: Delivery) -> str | None:
        purpose, window = _purpose(delivery)
        if purpose is None:
            return None
        return self._keys.sign(
            purpose, delivery.subject_id, window, delivery.user_id, delivery.address
        )

    def _data(self, delivery: Delivery, token: str | None) -> dict[str, Any]:
        data = {**delivery.data, "name": header_text(delivery.name)}
        if token is not None:
            data["link"] = f"{self._public_url}/l/{token}"
        elif delivery.mail == "undeliverable":
            data["link"] = f"{self._public_url}/blanketter"
        return data


def _digest(text: str, token: str | None) -> str:
    """Without the token, which nobody who compares texts should need to have."""
    shown = text if token is None else text.replace(token, "...")
    return hashlib.sha256(shown.encode()).hexdigest()


def _purpose(delivery: Delivery) -> tuple[Purpose | None, int]:
    """What the mail's token is for, and its window; None for a mail without one."""
    if delivery.mail in _DECIDE:
        return Purpose.DECIDE, delivery.sending or 1
    to_client = delivery.mail == "receipt" or (
        delivery.mail in _MANAGE and delivery.data["side"] == "client"
    )
    if delivery.mail == "accepted" and "has_page" not in delivery.data:
        # Written down by a version that gave it none: its subject is the request, not the link.
        to_client = False
    return (Purpose.MANAGE if to_client else None), 1


def mail_address(text: str) -> Address:
    """The address with its domain in ASCII (IDNA). Not parsed, for Python's parser refuses some
    that servers take; what could break out of a header or a command is refused here."""
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or any(c.isspace() or not c.isprintable() for c in text):
        raise Unmailable("not a mail address")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise Unmailable("the address's domain is no domain") from None
    return Address("", local, ascii_domain)
