"""The relay: publishes what the outbox holds, in batches, by one drainer at a time.

Select unpublished rows in id order, send all, wait for all acknowledgements, mark them in one
statement that checks the lease's token. Never by `id > cursor`: ids commit out of order. What is
sent twice (a crash between acknowledgement and mark) carries the same event id.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
from sqlalchemy import BigInteger, RowMapping, Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import failpoints
from chassis.backoff import Backoff
from chassis.database import Database, is_transient
from chassis.headers import of_json
from chassis.kafka import let_go
from chassis.lease import Lease
from chassis.telemetry import Metrics
from chassis.wakeup import Wakeup

log = structlog.get_logger(__name__)

# Such a row can't ever be sent; everything else may pass. The last three are how aiokafka refuses
# what is no record at all, for example one with neither key nor value.
_HOPELESS = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    InvalidTopicError,
    AssertionError,
    TypeError,
    ValueError,
)

_STOP_GRACE = 3.0


@dataclass
class _Sent:
    """What became of a round's rows. failed: why some of them were neither published nor parked."""

    published: list[int] = field(default_factory=list)
    parked: dict[int, str] = field(default_factory=dict)
    failed: BaseException | None = None


class Relay:
    """Drains one service's outbox while it holds the lease.

    batch: rows a round. net: seconds between looks when nobody rings. send_timeout: seconds for a
    round's connecting and sending, below the lease's term, so that a holder doesn't outlive it.
    """

    def __init__(
        self,
        database: Database,
        outbox: Table,
        lease: Table,
        wakeup: Wakeup,
        producer: Callable[[], AIOKafkaProducer],
        metrics: Metrics,
        *,
        batch: int = 1000,
        net: float = 5.0,
        term: timedelta = timedelta(seconds=10),
        send_timeout: float = 8.0,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._wakeup = wakeup
        self._new_producer = producer
        self._producer: AIOKafkaProducer | None = None
        self._metrics = metrics
        self._batch = batch
        self._net = net
        self._send_timeout = send_timeout
        self.lease = Lease(lease, "relay", f"{socket.gethostname()}:{os.getpid()}", term)
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self.failing: str | None = None
        self.on_published: list[Callable[[], None]] = []
        self._fresh_until = float("-inf")

    async def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Finishes the round in hand, bounded, and gives the lease back.

        A round cut off by the bound is published again later, under the same event ids.
        """
        self._stopping.set()
        self._wakeup.ring("outbox")
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_STOP_GRACE)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._drop_producer()
        await self._release()

    async def _release(self) -> None:
        self._fresh_until = float("-inf")
        try:
            async with asyncio.timeout(_STOP_GRACE), self._database.connection() as connection:
                await self.lease.release(connection)
        except Exception as error:
            if not is_transient(error):
                raise

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _run(self) -> None:
        backoff = Backoff(first=0.1, most=5.0)
        while not self._stopping.is_set():
            try:
                full = await self._round()
            except Exception as error:
                self.failing = type(error).__name__
                log.warning("relay_round_failed", error=f"{type(error).__name__}: {error}"[:500])
                # After an OutOfOrderSequenceNumber or a time-out the producer's state is unknown.
                await self._drop_producer()
                # What fails here, for this host's network or clock, may succeed at a replica.
                await self._release()
                await backoff.wait(self._stopping)
                continue
            backoff.reset()
            self.failing = None
            if not full:
                await self._wakeup.wait("outbox", self._net)

    async def _round(self) -> bool:
        """One round; True when there may be more at once. Raises when some rows stayed unsaid."""
        async with self._database.connection() as connection:
            if not await self._holds_lease(connection):
                return False
            rows = (await connection.execute(self._due())).mappings().all()
            if not rows:
                return False
        failpoints.reached("publish.before")
        sent = await self._send(rows)
        failpoints.reached("publish.after")
        for listener in self.on_published:
            listener()
        async with self._database.connection() as connection:
            ours = await self._mark(connection, sent)
            failpoints.reached("mark.before")
        failpoints.reached("mark.after")
        if not ours:
            log.warning("relay_lease_lost", rows=len(sent.published))
            self._fresh_until = float("-inf")
            return False
        self._metrics.published.labels(self._metrics.service).inc(len(sent.published))
        for row_id, why in sent.parked.items():
            log.error("outbox_row_parked", row=row_id, error=why)
        if sent.failed is not None:
            raise sent.failed
        # At once again: more may have come meanwhile.
        return True

    async def _holds_lease(self, connection: AsyncConnection) -> bool:
        """Takes or prolongs the lease, which is a commit, in a tenth of its term once at most:
        the mark checks the row anyway."""
        asked_at = time.monotonic()
        if asked_at < self._fresh_until:
            return True
        if not await self.lease.hold(connection):
            return False
        self._fresh_until = asked_at + self.lease.term.total_seconds() / 10
        return True

    async def _mark(self, connection: AsyncConnection, sent: _Sent) -> bool:
        """Writes down what became of the rows; False when another holds the lease by now."""
        columns = self._outbox.c
        marked = 0
        if sent.published:
            # One array and not a parameter a row, of which there may be 32,767 at most.
            done = columns.id == func.any(bindparam("ids", sent.published, ARRAY(BigInteger)))
            answer = await connection.execute(
                update(self._outbox)
                .where(done, self.lease.ours_exists())
                .values(published_at=func.clock_timestamp())
            )
            marked += answer.rowcount
        for row_id, error in sent.parked.items():
            answer = await connection.execute(
                update(self._outbox)
                .where(columns.id == row_id, self.lease.ours_exists())
                .values(parked_at=func.clock_timestamp(), error=error)
            )
            marked += answer.rowcount
        return marked > 0 or not (sent.published or sent.parked)

    def _due(self) -> Any:
        """Unpublished rows in id order, but none whose key waits for a parked row before it."""
        columns = self._outbox.c
        parked = self._outbox.alias("parked")
        waits = (
            select(parked.c.id)
            .where(
                parked.c.published_at.is_(None),
                parked.c.parked_at.is_not(None),
                parked.c.topic == columns.topic,
                parked.c.key == columns.key,
                parked.c.id < columns.id,
            )
            .exists()
        )
        return (
            select(columns.id, columns.topic, columns.key, columns.headers, columns.value)
            .where(columns.published_at.is_(None), columns.parked_at.is_(None), ~waits)
            .order_by(columns.id)
            .limit(self._batch)
        )

    async def _send(self, rows: Sequence[RowMapping]) -> _Sent:
        """Sends all and waits for all, for `send_timeout` seconds in total."""
        sent = _Sent()
        waiting: dict[asyncio.Future[Any], int] = {}
        try:
            async with asyncio.timeout(self._send_timeout):
                producer = await self._connected()
                await self._hand_over(producer, rows, waiting, sent)
                if waiting:
                    await asyncio.wait(waiting)
        except Exception as error:
            sent.failed = error
        for future, row_id in waiting.items():
            # What was acknowledged is marked, also when a partition without a leader holds up
            # the rest; else each round would publish it again.
            why = TimeoutError("no acknowledgement") if not future.done() else future.exception()
            if why is None:
                sent.published.append(row_id)
            elif isinstance(why, _HOPELESS):
                sent.parked[row_id] = type(why).__name__
            else:
                sent.failed = why
        return sent

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = self._new_producer()
            try:
                await producer.start()
            except BaseException:
                await let_go(producer)
                raise
            self._producer = producer
        return self._producer

    async def _hand_over(
        self,
        producer: AIOKafkaProducer,
        rows: Sequence[RowMapping],
        waiting: dict[asyncio.Future[Any], int],
        sent: _Sent,
    ) -> None:
        """Gives the rows to the producer, but none whose key waits for one parked just now, and
        none of a topic that the broker does not have: it would hold up all others."""
        stuck: set[tuple[str, str | None]] = set()
        for topic in {row["topic"] for row in rows}:
            try:
                await asyncio.wait_for(producer.partitions_for(topic), self._send_timeout / 4)
            except (KafkaError, TimeoutError) as error:
                sent.failed = error
                log.warning("relay_topic_unknown", topic=topic, error=type(error).__name__)
                stuck.add((topic, None))
        for row in rows:
            place = (row["topic"], row["key"])
            if (row["topic"], None) in stuck or (row["key"] is not None and place in stuck):
                continue
            try:
                future = await producer.send(
                    row["topic"],
                    key=None if row["key"] is None else row["key"].encode(),
                    value=row["value"],
                    headers=of_json(row["headers"]),
                )
            except _HOPELESS as error:
                sent.parked[row["id"]] = type(error).__name__
                if row["key"] is not None:
                    stuck.add(place)
                continue
            # Read here, or asyncio would complain of those that nobody waits for any more.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            waiting[future] = row["id"]

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await let_go(producer)
