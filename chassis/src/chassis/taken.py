"""A record as an event or as a state, or the reason why it is none. Nothing here raises."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from contracts.envelope import Envelope, EnvelopeError
from contracts.events.event import Event

Record: TypeAlias = "ConsumerRecord[Any, Any]"


@dataclass(frozen=True, slots=True)
class Taken:
    """rejected: why the record is no event, for its dead letter. Otherwise a state without an event
    is a deletion."""

    record: Record
    event: Event | None
    envelope: Envelope | None
    rejected: str | None = None


def take_event(record: Record, known: Mapping[str, tuple[type[Event], Any]]) -> Taken | None:
    """An event of one of the known types; None for another type."""
    try:
        envelope = Envelope.of(record.headers)
    except EnvelopeError as error:
        return Taken(record, None, None, str(error))
    if envelope.type not in known:
        return None
    if record.value is None:
        return Taken(record, None, envelope, "an event without a value")
    return _parsed(record, envelope, known[envelope.type][0])


def take_state(record: Record, kind: type[Event]) -> Taken | None:
    """A record of a compacted topic, which needs no envelope; None for another type."""
    types = [value for name, value in record.headers if name == "ce_type" and value]
    if record.value is not None and types and types[-1] != kind.type_name().encode():
        return None
    try:
        key = (record.key or b"").decode()
    except UnicodeDecodeError:
        return Taken(record, None, None, "the key is not UTF-8")
    if not key:
        return Taken(record, None, None, "the key is missing")
    if record.value is None:
        return Taken(record, None, None)
    taken = _parsed(record, None, kind)
    if taken.event is not None and taken.event.key() != key:
        return replace(taken, event=None, rejected="the key is not the one in the value")
    return taken


def _parsed(record: Record, envelope: Envelope | None, kind: type[Event]) -> Taken:
    try:
        return Taken(record, kind.model_validate_json(record.value), envelope)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        return Taken(record, None, envelope, f"{kind.__name__} {place}: {first['msg']}")
