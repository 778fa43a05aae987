"""The relay: publishes what the outbox holds, in batches, by one drainer at a time.

Select unpublished rows in id order, send all, wait for all acknowledgements, mark them in one
statement that checks the lease's token. Never by `id > cursor`: ids commit out of order. What is
sent twice (a crash between acknowledgement and mark) carries the same event id.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)
from sqlalchemy import RowMapping, Table, func, select, update

from chassis.backoff import Backoff
from chassis.database import Database, is_transient
from chassis.kafka import let_go
from chassis.lease import Lease
from chassis.telemetry import Metrics
from chassis.wakeup import Wakeup

log = structlog.get_logger(__name__)

# Such a row can't ever be sent; everything else may pass.
_HOPELESS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError)


class Relay:
    """Drains one service's outbox while it holds the lease.

    batch: rows a round. net: seconds between looks when nobody rings. send_timeout: seconds that a
    round's acknowledgements may take, below the lease's term, so that a holder doesn't outlive it.
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

    async def start(self) -> None:
        self._stopping.clear()
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Finishes the round in hand, bounded, and gives the lease back."""
        self._stopping.set()
        self._wakeup.ring("outbox")
        if self._task is not None:
            await asyncio.wait([self._task], timeout=self._send_timeout + 1)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._drop_producer()
        try:
            async with self._database.connection() as connection:
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
                log.warning("relay_round_failed", error=f"{type(error).__name__}: {error}"[:500])
                # After an OutOfOrderSequenceNumber or a time-out the producer's state is unknown.
                await self._drop_producer()
                await backoff.wait(self._stopping)
                continue
            backoff.reset()
            if not full:
                await self._wakeup.wait("outbox", self._net)

    async def _round(self) -> bool:
        """One round; True when there may be more at once."""
        async with self._database.connection() as connection:
            if not await self.lease.hold(connection):
                return False
            rows = (await connection.execute(self._due())).mappings().all()
        if not rows:
            return False
        published, parked = await self._send(rows)
        async with self._database.connection() as connection:
            columns = self._outbox.c
            marked = await connection.execute(
                update(self._outbox)
                .where(columns.id.in_(published), self.lease.ours_exists())
                .values(published_at=func.clock_timestamp())
            )
            for row_id, error in parked.items():
                await connection.execute(
                    update(self._outbox)
                    .where(columns.id == row_id, self.lease.ours_exists())
                    .values(parked_at=func.clock_timestamp(), error=error)
                )
        if published and marked.rowcount == 0:
            log.warning("relay_lease_lost", rows=len(published))
            return False
        self._metrics.published.labels(self._metrics.service).inc(len(published))
        return len(rows) == self._batch

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

    async def _send(self, rows: Sequence[RowMapping]) -> tuple[list[int], dict[int, str]]:
        """Sends all and waits for all; ids that were acknowledged, and hopeless ones with why."""
        if self._producer is None:
            producer = self._new_producer()
            try:
                await asyncio.wait_for(producer.start(), self._send_timeout)
            except BaseException:
                await let_go(producer)
                raise
            self._producer = producer
        parked: dict[int, str] = {}
        waiting: dict[int, asyncio.Future[Any]] = {}
        async with asyncio.timeout(self._send_timeout):
            for row in rows:
                try:
                    waiting[row["id"]] = await self._producer.send(
                        row["topic"],
                        key=None if row["key"] is None else row["key"].encode(),
                        value=row["value"],
                        headers=[(name, value.encode()) for name, value in row["headers"]],
                    )
                except _HOPELESS as error:
                    parked[row["id"]] = type(error).__name__
            answers = await asyncio.gather(*waiting.values(), return_exceptions=True)
        published: list[int] = []
        failed: BaseException | None = None
        for row_id, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, _HOPELESS):
                parked[row_id] = type(answer).__name__
            elif isinstance(answer, BaseException):
                failed = answer
            else:
                published.append(row_id)
        for row_id, why in parked.items():
            self._metrics.outbox_parked.labels(self._metrics.service).inc()
            log.error("outbox_row_parked", row=row_id, error=why)
        if failed is not None:
            log.warning("relay_rows_unacknowledged", error=type(failed).__name__)
            await self._drop_producer()
            if not published:
                raise failed
        return published, parked

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await let_go(producer)
