"""The audit trail in words, for customer service."""

from dataclasses import dataclass
from datetime import datetime

from chassis.design.catalogue import Texts
from chassis.design.formats import Formats
from portal.gateway.support_shapes import AuditEntry
from portal.navigation import SUPPORT

_PAGES = {"request": "forfragningar", "link": "kopplingar"}


@dataclass(frozen=True, slots=True)
class Act:
    """One line. reference: where the form is archived that was acted on, in words. by: who, and on
    whose behalf. address: where it came from. href: the page of what was acted on."""

    at: datetime
    shown: str
    what: str
    reference: str | None
    by: str
    address: str
    href: str | None


def acts(entries: list[AuditEntry], texts: Texts, formats: Formats) -> list[Act]:
    """In the order given."""
    return [_act(entry, texts, formats) for entry in entries]


def _act(entry: AuditEntry, texts: Texts, formats: Formats) -> Act:
    key = f"audit.{entry.action}"
    kind, _, ident = entry.subject.partition(":")
    page = _PAGES.get(kind)
    return Act(
        entry.at,
        formats.moment(entry.at),
        texts(key) if texts.has(key) else texts("audit.other", action=entry.action),
        texts("audit.reference", reference=entry.reference) if entry.reference else None,
        _by(entry, texts),
        entry.address or "–",
        f"{SUPPORT}/{page}/{ident}" if page else None,
    )


def _by(entry: AuditEntry, texts: Texts) -> str:
    if entry.erased:
        return texts("audit.erased")
    if entry.actor is None:
        return texts("audit.nobody")
    side = texts(f"side.{entry.actor.side}")
    if entry.acting_for:
        named = {"name": entry.actor.name, "side": side, "whose": entry.acting_for}
        return texts("audit.by_for", **named)
    return texts("audit.by", name=entry.actor.name, side=side)
