"""What a run for development shows at the foot of its pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """path, and a key of the catalogue."""

    path: str
    text: str


INBOX = Way("/inbox", "footer.inbox")
API = Way("/docs", "footer.api")
EVENTS = Way("/docs/events", "footer.events")
STATUS = Way("/readyz", "footer.status")
DESIGN = Way("/design", "footer.design")
