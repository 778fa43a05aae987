"""Takes due deliveries from the queue and hands them to the mail server's connections."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge

from chassis import failpoints
from chassis.backoff import Backoff
from chassis.database import Database
from chassis.outbox import Outbox
from chassis.telemetry import Metrics, trace
from chassis.wakeup import Wakeup
from notifier import results, storage
from notifier.brake import Brake
from notifier.mailer import Mailer
from notifier.message import Unmailable, Writer
from notifier.outcomes import Later, Outcome, Refused
from notifier.tables import Delivery

log = structlog.get_logger(__name__)
CHANNEL = "deliveries"
STOP_TIMEOUT = 5.0
SETTLE_TRIES = 6


class Dispatcher:
    """A component: one task that leases, one a connection that sends, one that keeps leases.

    mailers: the connections. first: a mail's first wait after a failure. term: how long a lease
    lasts when nobody keeps it, hence how long the mails of a crashed worker lie. net: seconds
    between looks when nobody rings. idle: seconds after which an unused connection is closed.
    """

    def __init__(
        self,
        database: Database,
        wakeup: Wakeup,
        outbox: Outbox,
        writer: Writer,
        mailers: Sequence[Mailer],
        brake: Brake,
        metrics: Metrics,
        *,
        first: timedelta,
        term: timedelta = timedelta(seconds=15),
        net: float = 30.0,
        idle: float = 60.0,
    ) -> None:
        self._database = database
        self._wakeup = wakeup
        self._outbox = outbox
        self._writer = writer
        self._mailers = mailers
        self._brake = brake
        self._first = first
        self._term = term
        self._net = net
        self._idle = idle
        self._service = metrics.service
        self._mails = Counter(
            "koppla_mails",
            "Attempts to hand a mail over, by the status after it",
            ["service", "mail", "status"],
            registry=metrics.registry,
        )
        paused = Gauge(
            "koppla_mail_pause_seconds",
            "Seconds that the mail queue will still pause",
            ["service"],
            registry=metrics.registry,
        )
        paused.labels(metrics.service).set_function(lambda: brake.seconds)
        self._due: asyncio.Queue[Delivery | None] = asyncio.Queue(len(mailers))
        self._held: dict[UUID, Delivery] = {}
        self._begun: set[UUID] = set()
        self._holding = asyncio.Event()
        self._leasing: list[asyncio.Task[None]] = []
        self._sending: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._leasing = [_task("lease", self._lease_forever()), _task("keep", self._keep_leases())]
        self._sending = [
            _task(f"connection-{number}", self._send_forever(mailer))
            for number, mailer in enumerate(self._mailers)
        ]

    async def stop(self) -> None:
        """Leaves mails under way their time, gives the others back, closes the connections."""
        await _end(self._leasing[:1])
        while not self._due.empty():
            self._due.get_nowait()
        enders = [_task("end", self._due.put(None)) for _ in self._sending]
        unbegun = [one for key, one in self._held.items() if key not in self._begun]
        try:
            async with self._database.transaction() as session:
                for delivery in unbegun:
                    await results.hand_back(session, delivery.id, delivery.lease_token)
        except Exception as error:
            # Their leases run out instead.
            log.warning("hand_back_failed", error=type(error).__name__)
        if self._sending:
            await asyncio.wait(self._sending, timeout=STOP_TIMEOUT)
        await _end([*self._sending, *self._leasing, *enders])
        await asyncio.gather(*(mailer.close() for mailer in self._mailers))
        self._held.clear()

    @property
    def running(self) -> bool:
        tasks = [*self._leasing, *self._sending]
        return bool(tasks) and not any(task.done() for task in tasks)

    async def _lease_forever(self) -> None:
        backoff = Backoff(first=0.2, most=20.0)
        while True:
            if self._brake.seconds:
                await asyncio.sleep(self._brake.seconds)
                continue
            try:
                await self._lease_once()
            except Exception as error:
                log.warning("leasing_failed", error=type(error).__name__)
                await asyncio.sleep(backoff.next())
                continue
            backoff.reset()

    async def _lease_once(self) -> None:
        """Leases a batch and passes it on as connections get free; waits when there was little."""
        limit = 4 * len(self._mailers)
        async with self._database.transaction() as session:
            leased = await storage.lease(session, limit, self._term)
        self._held |= {delivery.id: delivery for delivery in leased}
        if leased:
            self._holding.set()
        for delivery in leased:
            await self._due.put(delivery)
        if len(leased) < limit:
            async with self._database.transaction() as session:
                seconds = await storage.seconds_until_due(session)
            wait = self._net if seconds is None else min(self._net, max(0.05, seconds))
            await self._wakeup.wait(CHANNEL, wait)

    async def _keep_leases(self) -> None:
        """Prolongs what is in hand, so that leases are short and yet outlive a slow server."""
        while True:
            await self._holding.wait()
            await asyncio.sleep(self._term.total_seconds() / 3)
            if not self._held:
                self._holding.clear()
                continue
            leases = [(delivery.id, delivery.lease_token) for delivery in self._held.values()]
            try:
                async with self._database.transaction() as session:
                    await storage.prolong(session, leases, self._term)
            except Exception as error:
                log.warning("leases_not_kept", error=type(error).__name__)

    async def _send_forever(self, mailer: Mailer) -> None:
        while (delivery := await self._next(mailer)) is not None:
            self._begun.add(delivery.id)
            try:
                with trace(None, delivery=str(delivery.id)):
                    await self._one(mailer, delivery)
            finally:
                self._begun.discard(delivery.id)
                self._held.pop(delivery.id, None)

    async def _next(self, mailer: Mailer) -> Delivery | None:
        if mailer.connected:
            try:
                return await asyncio.wait_for(self._due.get(), self._idle)
            except TimeoutError:
                await mailer.close()
        return await self._due.get()

    async def _one(self, mailer: Mailer, delivery: Delivery) -> None:
        """One attempt and its result. A result that can't be written is left to the lease."""
        outcome = None if self._brake.seconds else await self._attempt(mailer, delivery)
        backoff = Backoff(first=0.1, most=5.0)
        for left in reversed(range(SETTLE_TRIES)):
            try:
                await self._write(delivery, outcome)
                return
            except Exception as error:
                log.warning("result_not_written", error=type(error).__name__, tries_left=left)
            await asyncio.sleep(backoff.next())

    async def _attempt(self, mailer: Mailer, delivery: Delivery) -> Outcome:
        leased_at = delivery.due_at - self._term
        if delivery.give_up_at <= leased_at:
            return Refused(delivery.last_error or "its time was over")
        try:
            outgoing = self._writer.write(delivery)
        except Unmailable as error:
            return Refused(str(error))
        except Exception as error:
            # A fault of ours, which a new version may mend; the mail's time goes on.
            log.error("mail_not_written", mail=delivery.mail, error=type(error).__name__)
            return Later(f"writing: {type(error).__name__}")
        failpoints.reached("mail.before")
        outcome = await mailer.send(outgoing)
        failpoints.reached("mail.after")
        return self._brake.judge(outcome)

    async def _write(self, delivery: Delivery, outcome: Outcome | None) -> None:
        key, token = delivery.id, delivery.lease_token
        async with self._database.transaction() as session:
            if outcome is None:
                await results.hand_back(session, key, token)
                return
            status = await results.settle(session, self._outbox, key, token, outcome, self._first)
        self._mails.labels(self._service, delivery.mail, status or "lease_lost").inc()
        if status == "queued":
            # The leasing task may be waiting for something later than this mail's next attempt.
            self._wakeup.ring(CHANNEL)


def _task(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=f"mail {name}")


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
