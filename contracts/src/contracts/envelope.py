"""How an event travels: CloudEvents 1.0 in Kafka's binary mode.

The value is the event's JSON; everything about the event lies in the headers
`ce_specversion`, `ce_id`, `ce_type`, `ce_source`, `ce_time`, `traceparent` and
`content-type`. Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2.
"""

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class EnvelopeError(ValueError):
    """The headers of a record don't make an event; the message says which one and why."""


def uuid7() -> UUID:
    """A time-ordered UUID, version 7: 48 bits of Unix milliseconds, then random (RFC 9562)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return UUID(int=value & ~(0xF << 76) & ~(0b11 << 62) | 7 << 76 | 0b10 << 62)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says what, when.

    id: UUIDv7, given once when the event is written down, never derived from offset or content.
    type: the event's name, for example `LinkRequested`. source: the service's name.
    time: aware, UTC. traceparent: W3C trace context, or None. snapshot: whether it tells what is
    so, and not what has just happened; an extension attribute, `ce_snapshot`.
    """

    id: UUID
    type: str
    source: str
    time: datetime
    traceparent: str | None = None
    snapshot: bool = False

    def headers(self) -> list[tuple[str, bytes]]:
        pairs = [
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", str(self.id)),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_time", self.time.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            ("content-type", CONTENT_TYPE),
        ]
        if self.snapshot:
            pairs.append(("ce_snapshot", "true"))
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent))
        return [(name, value.encode()) for name, value in pairs]

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes | None]]) -> "Envelope":
        """The envelope in a record's headers; raises EnvelopeError and nothing else."""
        found: dict[str, str] = {}
        for name, value in headers:
            try:
                found[name] = (value or b"").decode()
            except UnicodeDecodeError:
                found[name] = ""
        for name in ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"):
            if not found.get(name):
                raise EnvelopeError(f"header {name} is missing")
        if found["ce_specversion"] != SPEC_VERSION:
            raise EnvelopeError("header ce_specversion is not 1.0")
        try:
            event_id = UUID(found["ce_id"])
        except ValueError:
            raise EnvelopeError("header ce_id is not a UUID") from None
        try:
            moment = datetime.fromisoformat(found["ce_time"])
        except ValueError:
            raise EnvelopeError("header ce_time is not an RFC 3339 time") from None
        if moment.tzinfo is None:
            raise EnvelopeError("header ce_time has no time zone")
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise EnvelopeError("header ce_time is in no year from 1 to 9999") from None
        for name in ("ce_type", "ce_source"):
            # CloudEvents forbids them, and PostgreSQL takes no NUL in a text.
            if not found[name].isprintable():
                raise EnvelopeError(f"header {name} holds control characters")
        traceparent = found.get("traceparent", "")
        # W3C Trace Context: what can't be read is dropped, and the event is taken without it.
        known = traceparent if _TRACEPARENT.fullmatch(traceparent) else None
        told = found.get("ce_snapshot") == "true"
        return cls(event_id, found["ce_type"], found["ce_source"], moment, known, told)
