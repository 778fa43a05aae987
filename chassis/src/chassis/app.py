"""A service and its life cycle: started in order, stopped in reverse, each step bounded."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
import uvicorn
from fastapi import FastAPI
from prometheus_client import generate_latest

from chassis.consumer import Consumer
from chassis.database import Database
from chassis.relay import Relay
from chassis.telemetry import Metrics
from chassis.wakeup import Wakeup

log = structlog.get_logger(__name__)
STOP_TIMEOUT = 20.0


class Component(Protocol):
    """What can be started and stopped. `running` turns false when it died by itself."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    @property
    def running(self) -> bool: ...


@dataclass
class Service:
    """One service, wired but not started.

    workers: what its `consume` role runs beside the consumer. measures: what is counted when
    somebody asks for the metrics.
    """

    name: str
    http: FastAPI
    database: Database
    wakeup: Wakeup
    metrics: Metrics
    consumer: Consumer | None = None
    relay: Relay | None = None
    workers: Sequence[Component] = field(default_factory=tuple)
    measures: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def measured(self) -> bytes:
        """Its metrics as Prometheus reads them. What is counted in the database is left as it was
        where that does not answer."""
        for measure in self.measures:
            try:
                await asyncio.wait_for(measure(), 5)
            except Exception as error:
                log.warning("not_measured", service=self.name, error=type(error).__name__)
        return generate_latest(self.metrics.registry)

    @property
    def hangs(self) -> str | None:
        """For how long the consumer is at one record, where that is too long; None where not.

        Only a new process helps then. What it had in hand comes again.
        """
        if self.consumer is None or not self.consumer.in_hand.hangs:
            return None
        return f"hangs: at one record for {self.consumer.in_hand.seconds:.0f} s"

    async def ready(self) -> dict[str, str]:
        """What is not ready and why; empty when all is well."""
        wrong: dict[str, str] = {}
        try:
            await asyncio.wait_for(self.database.ping(), 5)
        except Exception as error:
            wrong["database"] = type(error).__name__
        roles: set[str] = getattr(self.http.state, "roles", set())
        if self.consumer is not None and "consumer" in roles:
            try:
                await asyncio.wait_for(self.consumer.ping(), 5)
            except Exception as error:
                wrong["broker"] = type(error).__name__
        elif self.relay is not None and "relay" in roles and self.relay.failing:
            wrong["broker"] = self.relay.failing
        parts: dict[str, Component | None] = {"consumer": self.consumer, "relay": self.relay}
        for number, worker in enumerate(self.workers):
            parts[f"worker-{number}"] = worker
        for name, part in parts.items():
            if part is not None and name in roles and not part.running:
                wrong[name] = "not running"
        if "consumer" in roles and self.hangs:
            wrong["consumer"] = self.hangs
        return wrong


@asynccontextmanager
async def running(service: Service, roles: Sequence[str]) -> AsyncIterator[Service]:
    """Runs the parts of the service that the roles need; `serve` alone needs none.

    Consumers and workers stop first, so that what they caused can still be relayed; the relay
    next; the database last. A part that does not stop in time is left behind and said so.
    """
    parts: list[tuple[str, Any]] = []
    if "consume" in roles or "relay" in roles:
        parts.append(("wakeup", service.wakeup))
    if "relay" in roles and service.relay is not None:
        parts.append(("relay", service.relay))
    if "consume" in roles:
        parts += [(f"worker-{number}", worker) for number, worker in enumerate(service.workers)]
        if service.consumer is not None:
            parts.append(("consumer", service.consumer))
    service.http.state.roles = {name for name, _ in parts}
    started: list[tuple[str, Any]] = []
    try:
        for name, part in parts:
            started.append((name, part))
            await part.start()
        yield service
    finally:
        for name, part in reversed(started):
            await _stop(f"{service.name} {name}", part)
        await service.database.close()


async def _stop(name: str, part: Component) -> None:
    try:
        await asyncio.wait_for(part.stop(), STOP_TIMEOUT)
    except Exception as error:
        log.warning("stop_failed", part=name, error=type(error).__name__)


async def until_signalled() -> None:
    """Returns at SIGINT or SIGTERM; a second one ends the process as usual."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: int) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    await stop.wait()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a port in use is known before anything else starts; OSError then."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(1024)
    except OSError:
        bound.close()
        raise
    return bound


class HttpServer:
    """uvicorn as a component: no signal handlers of its own, no access log (paths hold tokens)."""

    def __init__(self, app: Callable[..., Any], bound: socket.socket) -> None:
        self._bound = bound
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=5,
                timeout_keep_alive=75,
                server_header=False,
                # It would believe X-Forwarded-For of anybody on this machine; see client_address.
                proxy_headers=False,
                ws="none",
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        # `_serve` and not `serve`: the latter takes over SIGINT and SIGTERM.
        serving = self._server._serve(sockets=[self._bound])
        self._task = asyncio.create_task(serving, name="http")
        while not self._server.started:
            if self._task.done():
                self._task.result()
                raise OSError("the HTTP server ended while it started")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        self._bound.close()

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()


async def answer_until_signalled(app: Callable[..., Any], bound: socket.socket) -> None:
    """Serves HTTP until SIGINT or SIGTERM, which is heeded before anybody can learn that it
    answers, and end it."""
    server = HttpServer(app, bound)
    stopped = asyncio.create_task(until_signalled())
    await server.start()
    try:
        await stopped
    finally:
        await server.stop()
