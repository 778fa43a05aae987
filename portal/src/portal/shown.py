"""Requests in words, as the components of the design system take them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.design.catalogue import Texts
from chassis.design.formats import Formats
from portal.gateway.shapes import LinkRequest, RequestEvent

TONES = {
    "pending": "wait",
    "accepted": "good",
    "declined": "bad",
    "cancelled": "neutral",
    "expired": "neutral",
}
MAIL_TONES = {"queued": "wait", "sent": "good", "failed": "bad"}
_EVENT_TONES = {
    "accepted": "good",
    "declined": "bad",
    "undeliverable": "bad",
    "request_mail_failed": "bad",
    "reminder_mail_failed": "bad",
    "requested": "wait",
    "resent": "wait",
}
_MOST_MINUTES = 90
_NAMED = ("request_mail_sent", "reminder_mail_sent")
"""Events whose text is a name, and is told in the title."""
_CODES = ("cancelled",)
"""Events whose text is a code, and is told elsewhere in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of a time line. at: when; shown: in words."""

    at: datetime
    shown: str
    title: str
    by: str | None
    text: str | None
    tone: str


def errors(found: Mapping[str, str], texts: Texts) -> list[tuple[str, str]]:
    """By field, in words. found: by field, keys of the catalogue."""
    return [(field, texts(key)) for field, key in found.items()]


def error(found: Mapping[str, str], field: str, texts: Texts) -> str | None:
    """What is wrong with one field, in words."""
    return texts(found[field]) if field in found else None


def wait(seconds: int, texts: Texts) -> str:
    """How long to wait, never too short: in minutes, in hours from 90 minutes up."""
    minutes = max(1, -(-seconds // 60))
    if minutes < _MOST_MINUTES:
        return texts.plural("wait.minutes", minutes)
    return texts.plural("wait.hours", -(-minutes // 60))


def standing(request: LinkRequest, texts: Texts, formats: Formats) -> str:
    """How a request stands, in a sentence."""
    who = request.decided_by.name if request.decided_by else texts("request.somebody")
    when = formats.moment(request.decided_at or request.expires_at)
    key = f"request.standing.{request.status}"
    if request.status == "cancelled" and request.reason:
        because = f"{key}.{request.reason}"
        return texts(because, when=when) if texts.has(because) else texts(key, who=who, when=when)
    return texts(key, who=who, when=when)


def facts(request: LinkRequest, texts: Texts, formats: Formats) -> list[tuple[str, str]]:
    sent = formats.moment(request.created_at)
    told = [
        (texts("client.tenant_id"), request.tenant_id),
        (texts("request.sent"), texts("request.by", when=sent, who=request.requested_by.name)),
        (texts("request.entry"), texts(f"nav.{request.entry_point}")),
        (texts("request.until"), formats.moment(request.expires_at)),
    ]
    return [*told, (texts("request.message"), request.message)] if request.message else told


def time_line(events: list[RequestEvent], texts: Texts, formats: Formats) -> list[Line]:
    """The newest first: that is what somebody looks for."""
    return [_line(event, texts, formats) for event in reversed(events)]


def _line(event: RequestEvent, texts: Texts, formats: Formats) -> Line:
    key = f"event.{event.type}"
    known = key if texts.has(key) else "event.other"
    is_name = event.type in _NAMED
    return Line(
        event.at,
        formats.moment(event.at),
        texts(known, name=event.text or texts("request.somebody")) if is_name else texts(known),
        event.by.name if event.by else None,
        None if is_name or event.type in _CODES else event.text,
        _EVENT_TONES.get(event.type, "neutral"),
    )
