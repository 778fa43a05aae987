"""Consumers: batches of raw records, validated one by one, applied in one transaction.

Never more than the transaction's work is acknowledged: offsets are committed after it
(NACK_ON_ERROR, always said explicitly; FastStream's default commits before the handler), reading
starts at the earliest record, and the inbox drops what comes twice.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.backoff import Backoff
from chassis.database import Database, is_transient
from chassis.dead_letters import DeadLetters
from chassis.inbox import Inbox
from chassis.kafka import KafkaSettings
from chassis.pacing import Pacer
from chassis.subscription import subscription
from chassis.taken import Record, Taken, take_event, take_state
from chassis.telemetry import Metrics, trace
from contracts.envelope import Envelope
from contracts.events.event import Event
from contracts.topics import Topic

log = structlog.get_logger(__name__)

EventHandler = Callable[[AsyncSession, Any], Awaitable[None]]
EnvelopeHandler = Callable[[AsyncSession, Any, Envelope], Awaitable[None]]
StateHandler = Callable[[AsyncSession, Sequence["Change"]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change:
    """A record of a compacted topic. state: the key's state now, None when it was deleted."""

    key: str
    state: Any | None


class Consumer:
    """All subscriptions of one service, in one consumer group.

    name: the group's and the inbox's name. Register handlers before `start`.
    """

    def __init__(
        self,
        name: str,
        settings: KafkaSettings,
        database: Database,
        inbox: Inbox,
        dead_letters: DeadLetters,
        metrics: Metrics,
    ) -> None:
        self.name = name
        self._settings = settings
        self._database = database
        self._inbox = inbox
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._events: dict[str, dict[str, tuple[type[Event], EnvelopeHandler]]] = {}
        self._states: dict[str, tuple[type[Event], StateHandler]] = {}
        self._topics: dict[str, Topic] = {}
        self._backoff = Backoff(first=0.2, most=20.0)
        self._stopping = asyncio.Event()
        self.broker: KafkaBroker | None = None
        self.subscriber: DefaultSubscriber | None = None
        self._pacer: Pacer | None = None

    def on(self, event: type[Event], handler: EventHandler) -> None:
        """Calls handler(session, event) once for each event of this type."""

        async def without_envelope(session: AsyncSession, told: Any, _: Envelope) -> None:
            await handler(session, told)

        self.on_envelope(event, without_envelope)

    def on_envelope(self, event: type[Event], handler: EnvelopeHandler) -> None:
        """As `on`, with the envelope beside the event: for who keeps which event it was."""
        self._topics[event.topic.name] = event.topic
        self._events.setdefault(event.topic.name, {})[event.type_name()] = (event, handler)

    def on_state(self, event: type[Event], handler: StateHandler) -> None:
        """Calls handler(session, changes) with the newest state of each key of a batch:
        by its version where it carries one, else by its place.

        For compacted topics: records are taken as they stand, so no inbox is needed, and a
        tombstone is a Change without state.
        """
        self._topics[event.topic.name] = event.topic
        self._states[event.topic.name] = (event, handler)

    @property
    def heard(self) -> list[type[Event]]:
        """The events that it has a handler for, by topic."""
        states = [event for event, _ in self._states.values()]
        told = [event for named in self._events.values() for event, _ in named.values()]
        return sorted([*states, *told], key=lambda event: event.topic.name)

    async def start(self) -> None:
        self._stopping.clear()
        self.broker, self.subscriber = subscription(
            self.name, self._settings, self._topics.values(), self.handle
        )
        await self.broker.start()
        rest = self._settings.consumer_rest_ms / 1000
        if rest and self.subscriber.consumer is not None:
            self._pacer = Pacer(self.subscriber.consumer, rest)

    def call(self) -> None:
        """Something was published just now; matters only where consumers rest."""
        if self._pacer is not None:
            self._pacer.call()

    async def stop(self) -> None:
        self._stopping.set()
        if self._pacer is not None:
            await self._pacer.stop()
        if self.broker is not None:
            try:
                await asyncio.wait_for(self.broker.stop(), 8)
            except TimeoutError:
                log.warning("consumer_stop_timed_out", consumer=self.name)

    @property
    def running(self) -> bool:
        """Whether the subscriber polls, with partitions assigned or waiting for some."""
        subscriber = self.subscriber
        return (
            subscriber is not None
            and subscriber.running
            and any(not task.done() for task in subscriber.tasks)
        )

    async def lag(self) -> dict[str, int]:
        """Records not yet taken in, by topic, of the partitions that this member holds.

        By the committed offsets: a record counts until its transaction and its offset are.
        """
        consumer = self.subscriber.consumer if self.subscriber else None
        behind: Counter[str] = Counter()
        held = consumer.assignment() if consumer is not None else set()
        if consumer is None or not held:
            return {}
        async with asyncio.timeout(3):
            starts = await consumer.beginning_offsets(list(held))
            ends = await consumer.end_offsets(list(held))
            for partition in held:
                done = await consumer.committed(partition)
                at = starts[partition] if done is None else done
                behind[partition.topic] += max(0, ends[partition] - at)
        return dict(behind)

    async def ping(self) -> None:
        """Returns when the broker answers; raises KafkaError when not."""
        consumer = self.subscriber.consumer if self.subscriber else None
        if consumer is not None:
            await consumer.topics()

    async def handle(self, records: Sequence[Record]) -> None:
        """Applies a batch in one transaction, or record by record where that fails.

        Raises what is transient, after a wait, so that the batch comes again; so it does with a
        failure to keep a dead letter, because nothing may vanish.
        """
        # Where there is one batch there may be a next one.
        self.call()
        try:
            try:
                await self._apply(records)
            except Exception as error:
                if is_transient(error):
                    raise
                await self._one_by_one(records)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Nobody cancelled us: it leaked out of a handler, and FastStream would end its loop.
            await self._pause(error)
            raise RuntimeError("a handler was cancelled") from error
        except Exception as error:
            await self._pause(error)
            raise
        self._backoff.reset()

    async def _one_by_one(self, records: Sequence[Record]) -> None:
        for record in records:
            try:
                await self._apply([record])
            except Exception as error:
                if is_transient(error):
                    raise
                log.exception("record_failed", topic=record.topic, offset=record.offset)
                await self._bury(record, f"{type(error).__name__}: {error}")

    async def _pause(self, error: BaseException) -> None:
        known = isinstance(error, Exception) and is_transient(error)
        log.warning(
            "consumer_retries",
            consumer=self.name,
            error=type(error).__name__,
            exc_info=None if known else error,
        )
        await self._backoff.wait(self._stopping)

    async def _bury(self, record: Record, error: str) -> None:
        async with self._database.transaction() as session:
            taken = self._take(record)
            if taken is not None and taken.envelope is not None:
                await self._inbox.claim(session, self.name, [taken.envelope.id])
            await self._dead_letters.add(session, self.name, record, error)
        self._count(record.topic, "dead_letter")

    async def _apply(self, records: Sequence[Record]) -> None:
        taken = [one for record in records if (one := self._take(record)) is not None]
        outcomes: Counter[tuple[str, str]] = Counter()
        async with self._database.transaction() as session:
            new = await self._inbox.claim(
                session,
                self.name,
                [t.envelope.id for t in taken if t.envelope is not None],
            )
            # By topic, in one order always: a batch brings the topics mixed, and rows locked now in
            # this order and now in that deadlock with others' transactions. Within a topic the
            # order stays; between topics Kafka promises none.
            taken.sort(key=lambda t: t.record.topic)
            for topic, run in itertools.groupby(taken, key=lambda t: t.record.topic):
                if topic in self._states:
                    outcomes += await self._apply_states(session, topic, list(run))
                else:
                    outcomes += await self._apply_events(session, list(run), new)
        for (topic, outcome), number in outcomes.items():
            self._count(topic, outcome, number)

    async def _apply_states(
        self, session: AsyncSession, topic: str, run: Sequence[Taken]
    ) -> Counter[tuple[str, str]]:
        newest: dict[str, Change] = {}
        outcomes: Counter[tuple[str, str]] = Counter()
        for taken in run:
            if taken.rejected is not None:
                await self._dead_letters.add(session, self.name, taken.record, taken.rejected)
                outcomes[topic, "dead_letter"] += 1
                continue
            key = taken.record.key.decode()
            if _is_overtaken(taken.event, newest.get(key)):
                continue
            newest.pop(key, None)
            newest[key] = Change(key, taken.event)
            outcomes[topic, "applied"] += 1
        if newest:
            await self._states[topic][1](session, list(newest.values()))
        return outcomes

    async def _apply_events(
        self, session: AsyncSession, run: Sequence[Taken], new: set[Any]
    ) -> Counter[tuple[str, str]]:
        outcomes: Counter[tuple[str, str]] = Counter()
        for taken in run:
            topic = taken.record.topic
            if taken.envelope is not None and taken.envelope.id not in new:
                outcomes[topic, "duplicate"] += 1
                continue
            if taken.envelope is not None:
                # A second copy in the same batch is a duplicate too.
                new.discard(taken.envelope.id)
            if taken.rejected is not None or taken.envelope is None or taken.event is None:
                reason = taken.rejected or "no event"
                await self._dead_letters.add(session, self.name, taken.record, reason)
                outcomes[topic, "dead_letter"] += 1
            else:
                with trace(taken.envelope.traceparent, event_id=str(taken.envelope.id)):
                    handler = self._events[topic][taken.envelope.type][1]
                    await handler(session, taken.event, taken.envelope)
                outcomes[topic, "applied"] += 1
        return outcomes

    def _take(self, record: Record) -> Taken | None:
        """The record as an event, or why not; None for a type nobody here listens to."""
        if record.topic in self._states:
            taken = take_state(record, self._states[record.topic][0])
        else:
            taken = take_event(record, self._events[record.topic])
        if taken is None:
            self._count(record.topic, "unknown_type")
        return taken

    def _count(self, topic: str, outcome: str, number: int = 1) -> None:
        self._metrics.records.labels(self._metrics.service, topic, outcome).inc(number)


def _is_overtaken(event: Event | None, known: Change | None) -> bool:
    """Whether a state that carries a version comes after a newer one of its key."""
    version = getattr(event, "version", None)
    newer = getattr(known.state, "version", None) if known is not None else None
    return version is not None and newer is not None and version <= newer
