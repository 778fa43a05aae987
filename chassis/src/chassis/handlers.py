"""What a consumer listens to: the handler of each event and of each state."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.taken import Record, Taken, take_event, take_state
from contracts.envelope import Envelope
from contracts.events.event import Event
from contracts.topics import Topic

EventHandler = Callable[[AsyncSession, Any], Awaitable[None]]
EnvelopeHandler = Callable[[AsyncSession, Any, Envelope], Awaitable[None]]
StateHandler = Callable[[AsyncSession, Sequence["Change"]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change:
    """A record of a compacted topic. state: the key's state now, None when it was deleted."""

    key: str
    state: Any | None


class Handlers:
    """The handlers of one service."""

    def __init__(self) -> None:
        self._events: dict[str, dict[str, tuple[type[Event], EnvelopeHandler]]] = {}
        self._states: dict[str, tuple[type[Event], StateHandler]] = {}
        self._in_order: set[str] = set()
        self.topics: dict[str, Topic] = {}

    def add_event(self, event: type[Event], handler: EnvelopeHandler) -> None:
        self.topics[event.topic.name] = event.topic
        self._events.setdefault(event.topic.name, {})[event.type_name()] = (event, handler)

    def add_state(self, event: type[Event], handler: StateHandler) -> None:
        self.topics[event.topic.name] = event.topic
        self._states[event.topic.name] = (event, handler)

    def keep_order(self, topic: Topic) -> None:
        self._in_order.add(topic.name)

    @property
    def heard(self) -> list[type[Event]]:
        """The events that it has a handler for, by topic."""
        states = [event for event, _ in self._states.values()]
        told = [event for named in self._events.values() for event, _ in named.values()]
        return sorted([*states, *told], key=lambda event: event.topic.name)

    def is_state(self, topic: str) -> bool:
        return topic in self._states

    def is_in_order(self, topic: str) -> bool:
        return topic in self._in_order

    def take(self, record: Record) -> Taken | None:
        """The record as an event, or why not; None for a type nobody here listens to."""
        if record.topic in self._states:
            return take_state(record, self._states[record.topic][0])
        return take_event(record, self._events.get(record.topic, {}))

    async def apply_event(
        self, session: AsyncSession, topic: str, event: Event, envelope: Envelope
    ) -> None:
        await self._events[topic][envelope.type][1](session, event, envelope)

    async def apply_states(
        self, session: AsyncSession, topic: str, changes: Sequence[Change]
    ) -> None:
        await self._states[topic][1](session, changes)
