"""`koppla up`: all services in one process on one port, with what they need started around them."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import structlog
import uvloop
from starlette.types import ASGIApp

from chassis.app import HttpServer, Service, listen, running, until_signalled
from chassis.kafka import KafkaSettings, ensure_topics
from chassis.kafka_access import check_access
from chassis.migrations import folder as migrations_of
from chassis.migrations import migrate
from chassis.settings import SettingError, load
from chassis.telemetry import configure_logging
from contracts.topics import TOPICS
from koppla.attach import attached
from koppla.embedded.folder import DataFolder, FolderInUse
from koppla.embedded.processes import NotStarted
from koppla.forgetful_broker import Keeper
from koppla.gateway import Gateway
from koppla.inbox.mailbox import Mailbox
from koppla.profile import (
    Attached,
    check_real_issuer,
    names_a_real_issuer,
    portal_settings_of,
    settings_of,
)
from koppla.services import Kind, kinds
from koppla.walk import text

log = structlog.get_logger(__name__)
ROLES = ("serve", "consume", "relay")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class CannotStart(Exception):
    """One line that says why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `koppla up` was told; None: start our own."""

    data: Path
    port: int
    demo: bool
    kafka: str | None
    postgres: str | None
    smtp: str | None


def run(options: Options) -> None:
    """Runs until Ctrl-C or SIGTERM. Raises CannotStart."""
    level = os.environ.get("KOPPLA_LOG_LEVEL", "WARNING").upper()
    if level not in _LEVELS:
        raise CannotStart(f"KOPPLA_LOG_LEVEL: must be one of {', '.join(_LEVELS)}")
    configure_logging(level)
    try:
        check_real_issuer(_smtp(options))
    except SettingError as error:
        raise CannotStart(str(error)) from None
    try:
        bound = listen("127.0.0.1", options.port)
    except OSError:
        raise CannotStart(f"port {options.port} is in use: choose another by --port") from None
    try:
        with DataFolder(options.data) as folder:
            uvloop.run(_run(options, folder, bound))
    except (FolderInUse, NotStarted, SettingError) as error:
        raise CannotStart(str(error)) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise CannotStart(f"can't start: {type(error).__name__}: {error}") from None
    finally:
        bound.close()


def _smtp(options: Options) -> str | None:
    return options.smtp or os.environ.get("KOPPLA_SMTP_URL") or None


async def _run(options: Options, folder: DataFolder, bound: Any) -> None:
    url = f"http://localhost:{options.port}"
    kafka = options.kafka or os.environ.get("KOPPLA_KAFKA") or None
    smtp = _smtp(options)
    mailbox = Mailbox(folder.path / "inbox")
    stopped = asyncio.create_task(until_signalled())
    async with (
        attached(folder, url, kafka, options.postgres, smtp, mailbox) as parts,
        _services(parts, folder.path) as services,
        _portal(url, folder.path, has_inbox=not smtp) as portal,
        _gateway(services, portal, None if smtp else mailbox, bound),
        _keeper(Keeper(parts, services, folder.path), demo=options.demo) as keeper,
    ):
        folder.write_run(
            {
                "pid": os.getpid(),
                "url": url,
                "kafka": parts.kafka,
                "embedded_kafka": parts.embedded_kafka,
                "databases": {name: urls[0] for name, urls in parts.databases.items()},
                "smtp": parts.smtp,
            }
        )
        _say(f"Koppla is ready: {url}")
        if options.demo:
            walking = asyncio.create_task(_print_walk(keeper, url, options.data))
            stopped.add_done_callback(lambda _: walking.cancel())
        await stopped


async def _print_walk(keeper: Keeper, url: str, data: Path) -> None:
    """Says what to try, once the directory has reached everybody: its first step is a search."""
    await keeper.caught_up()
    _say(text(url, data))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@asynccontextmanager
async def _services(parts: Attached, folder: Path) -> AsyncIterator[list[Service]]:
    """The four services, migrated and running."""
    loaded = [
        (kind, load(kind.settings, **settings_of(kind.name, parts, folder))) for kind in kinds()
    ]
    kafka = load(KafkaSettings, **settings_of("search", parts, folder))
    await check_access(kafka)
    await ensure_topics(kafka, TOPICS)
    for kind, _ in loaded:
        # One after the other: Alembic's context is one for the whole process.
        await _migrate(kind, parts)
    async with AsyncExitStack() as stack:
        built = [kind.build(settings) for kind, settings in loaded]
        if parts.embedded_kafka:
            for service in built:
                await Keeper.publish_outbox_again(service.database)
        _introduce(built)
        for service in built:
            await stack.enter_async_context(running(service, ROLES))
        yield built


def _introduce(services: list[Service]) -> None:
    """What one service publishes is called out to all consumers: here they share a process."""
    for service in services:
        if service.relay is not None:
            service.relay.on_published += [
                other.consumer.call for other in services if other.consumer is not None
            ]


async def _migrate(kind: Kind, parts: Attached) -> None:
    await migrate(parts.databases[kind.name][0], migrations_of(kind.name))


@asynccontextmanager
async def _portal(url: str, folder: Path, *, has_inbox: bool) -> AsyncIterator[ASGIApp]:
    """The bureau portal. It speaks with the services as anybody does: by the gateway's port."""
    from koppla.demo_people import DirectoryDemo
    from portal import app, footer
    from portal.settings import PortalSettings

    ways = (footer.API, footer.EVENTS, footer.DESIGN, footer.STATUS)
    settings = load(PortalSettings, **portal_settings_of(url, folder))
    demo = None if names_a_real_issuer() else DirectoryDemo(folder)
    if settings.has_issuer:
        settings.check_sign_in()
    elif demo is None:
        log.warning("nobody_can_sign_in", setting="KOPPLA_PORTAL_OIDC_ISSUER")
    async with app.opened(settings, demo, (footer.INBOX, *ways) if has_inbox else ways) as opened:
        yield opened


@asynccontextmanager
async def _gateway(
    services: list[Service], portal: ASGIApp, mailbox: Mailbox | None, bound: Any
) -> AsyncIterator[None]:
    inbox = None
    if mailbox is not None:
        from koppla.inbox.pages import new_inbox

        inbox = new_inbox(mailbox)
    server = HttpServer(Gateway(services, inbox, portal), bound)
    await server.start()
    try:
        yield
    finally:
        await server.stop()


@asynccontextmanager
async def _keeper(keeper: Keeper, *, demo: bool) -> AsyncIterator[Keeper]:
    """Works beside the services until they end."""
    if demo:
        await keeper.import_demo()
    working = asyncio.create_task(keeper.work())
    working.add_done_callback(_say_why_it_ended)
    try:
        yield keeper
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _say_why_it_ended(work: "asyncio.Task[None]") -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        log.error("directory_not_published", exc_info=error)
