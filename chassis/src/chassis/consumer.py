"""Consumers: batches of raw records, validated one by one, applied in one transaction.

Never more than the transaction's work is acknowledged: offsets are committed after it
(NACK_ON_ERROR, always said explicitly; FastStream's default commits before the handler), reading
starts at the earliest record, and the inbox drops what comes twice.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import DefaultSubscriber
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.applying import Applier, Outcomes
from chassis.backoff import Backoff
from chassis.consumer_group import set_back
from chassis.database import Database, is_transient
from chassis.dead_letters import DeadLetters
from chassis.handlers import EnvelopeHandler, EventHandler, Handlers, StateHandler
from chassis.in_hand import InHand
from chassis.inbox import Inbox
from chassis.kafka import KafkaSettings
from chassis.pacing import Pacer
from chassis.positions import Doubtful, Logs, Positions
from chassis.subscription import subscription
from chassis.taken import Record
from chassis.telemetry import Metrics
from chassis.topic_logs import OtherLog, TopicLogs
from contracts.envelope import Envelope
from contracts.events.event import Event
from contracts.topics import Topic

log = structlog.get_logger(__name__)


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
        positions: Positions,
        dead_letters: DeadLetters,
        metrics: Metrics,
    ) -> None:
        self.name = name
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._positions = positions
        self.handlers = Handlers()
        self.applier = Applier(name, self.handlers, inbox, positions, dead_letters)
        self.in_hand = InHand(settings.consumer_hangs_after)
        self.applier.on_next = self.in_hand.next
        hangs = metrics.consumer_hangs.labels(metrics.service)
        hangs.set_function(lambda: float(self.in_hand.hangs))
        self._logs = TopicLogs(None)
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
        self.handlers.add_event(event, handler)

    def on_state(self, event: type[Event], handler: StateHandler) -> None:
        """Calls handler(session, changes) with the newest state of each key of a batch:
        by its version where it carries one, else by its place.

        For compacted topics: records are taken as they stand, so no inbox is needed, and a
        tombstone is a Change without state.
        """
        self.handlers.add_state(event, handler)

    def keep_order(self, topic: Topic) -> None:
        """Later events of a key wait behind one that became a dead letter, until it is settled.

        For topics whose effects can't be taken back, such as mails; elsewhere versions beat order.
        """
        self.handlers.keep_order(topic)

    @property
    def heard(self) -> list[type[Event]]:
        """The events that it has a handler for, by topic."""
        return self.handlers.heard

    async def start(self) -> None:
        self._stopping.clear()
        await self._begin_where_the_database_is()
        self.broker, self.subscriber = subscription(
            self.name, self._settings, self.handlers.topics.values(), self.handle
        )
        await self.broker.start()
        self._logs = TopicLogs(self.subscriber.consumer)
        rest = self._settings.consumer_rest_ms / 1000
        if rest and self.subscriber.consumer is not None:
            self._pacer = Pacer(self.subscriber.consumer, rest)

    async def _begin_where_the_database_is(self) -> None:
        """A database that is new, or restored from a backup, takes in all states that it lacks,
        however far the group was. Not so events: what they made happen, such as mails, is not to
        happen again unless somebody says so (`koppla replay`)."""
        states = [topic for topic in self.handlers.topics if self.handlers.is_state(topic)]
        if not states:
            return
        try:
            async with self._database.transaction() as session:
                taken_in = await self._positions.taken_in(session, self.name)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("positions_unknown", consumer=self.name, error=type(error).__name__)
            return
        async with asyncio.timeout(30):
            await set_back(self._settings, self.name, states, taken_in)

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
                if _may_pass(error):
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
                if _may_pass(error):
                    raise
                log.exception("record_failed", topic=record.topic, offset=record.offset)
                await self._bury(record, f"{type(error).__name__}: {error}")

    async def _pause(self, error: BaseException) -> None:
        known = isinstance(error, Exception) and _may_pass(error)
        log.warning(
            "consumer_retries",
            consumer=self.name,
            error=type(error).__name__,
            exc_info=None if known else error,
        )
        await self._backoff.wait(self._stopping)

    async def _bury(self, record: Record, error: str) -> None:
        async def bury(session: AsyncSession, logs: Logs) -> Outcomes:
            return await self.applier.bury(session, record, error, logs)

        with self.in_hand.trying():
            await self._transact([record], bury)

    async def _apply(self, records: Sequence[Record]) -> None:
        async def apply(session: AsyncSession, logs: Logs) -> Outcomes:
            return await self.applier.apply(session, records, logs)

        with self.in_hand.trying():
            await self._transact(records, apply)

    async def _transact(
        self,
        records: Sequence[Record],
        work: Callable[[AsyncSession, Logs], Awaitable[Outcomes]],
    ) -> None:
        """One transaction; where it is in doubt which log the records are of, the broker is asked,
        outside of it, and it is done again."""
        states = {record.topic for record in records if self.handlers.is_state(record.topic)}
        logs = await self._logs.known(states)
        try:
            async with self._database.transaction() as session:
                outcomes = await work(session, logs)
        except Doubtful as doubt:
            logs = await self._logs.certain(doubt)
            async with self._database.transaction() as session:
                outcomes = await work(session, logs)
        self._count(outcomes)

    def _count(self, outcomes: Outcomes) -> None:
        for (topic, outcome), number in outcomes.items():
            self._metrics.records.labels(self._metrics.service, topic, outcome).inc(number)


def _may_pass(error: BaseException) -> bool:
    """Whether it is no fault of the records: database or broker failed, or a topic was made anew
    since they were read."""
    return is_transient(error) or isinstance(error, (KafkaError, Doubtful, OtherLog))
