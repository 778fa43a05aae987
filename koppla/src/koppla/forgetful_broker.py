"""What makes up for a broker that forgets on exit: everything it was told is told again.

The directory from DIR/directory, events from the outboxes. Inboxes and versions drop what was
handled already, so a kill -9 of it all loses nothing and doubles nothing.
"""

import asyncio
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import text

from chassis.app import Service
from chassis.database import Database, is_transient
from chassis.kafka import KafkaSettings
from chassis.settings import load
from koppla import demo_data
from koppla.directory_file import DirectoryFile
from koppla.directory_publisher import KINDS, publish
from koppla.profile import EMBEDDED_KAFKA, Attached

log = structlog.get_logger(__name__)
DEMO = {"clients": 1000, "bureaus": 20, "seed": 1}
_PURGE_EVERY_S = 60.0


class Keeper:
    """Keeps one run's directory and outboxes."""

    def __init__(self, parts: Attached, services: list[Service], folder: Path) -> None:
        self._parts = parts
        self._services = services
        self._folder = folder
        self._restored = asyncio.Event()

    @staticmethod
    async def publish_outbox_again(database: Database) -> None:
        """Makes the relay send what the outbox still holds; before the relay starts."""
        async with database.connection() as connection:
            await connection.execute(
                text("UPDATE outbox SET published_at = NULL WHERE published_at IS NOT NULL")
            )

    async def work(self) -> None:
        """Publishes the directory again, then keeps the outboxes small; never ends by itself."""
        if not self._parts.embedded_kafka:
            self._restored.set()
            return
        await self._publish_directory_again()
        self._restored.set()
        while True:
            await asyncio.sleep(_PURGE_EVERY_S)
            try:
                await self._purge()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("purge_failed", error=type(error).__name__)

    async def caught_up(self) -> None:
        """Returns once every service has taken in all that was published."""
        await self._restored.wait()
        quiet = 0
        # Twice in a row, since what one has taken in may make it say something to another.
        while quiet < 2:
            quiet = quiet + 1 if await self._is_quiet() else 0
            await asyncio.sleep(0.2)

    async def _is_quiet(self) -> bool:
        for service in self._services:
            if service.consumer is not None and any((await service.consumer.lag()).values()):
                return False
            async with service.database.connection() as connection:
                waiting = text("SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1")
                if await connection.scalar(waiting):
                    return False
        return True

    async def _publish_directory_again(self) -> None:
        """What was ever imported here: newest of each key, deletions included."""
        for kind in ("bureaus", "clients"):
            file = DirectoryFile(self._folder, kind)
            if not file.is_empty():
                # In a thread, where waiting for an import's lock holds up nobody.
                await asyncio.to_thread(self._publish_again, kind, file)

    def _publish_again(self, kind: str, file: DirectoryFile) -> None:
        with file.locked():
            changes = file.compact()
            settings = load(KafkaSettings, kafka=self._parts.kafka, **EMBEDDED_KAFKA)
            asyncio.run(publish(settings, kind, changes.items()))

    async def import_demo(self) -> None:
        """A demo directory, if there is none at all yet."""
        if not self._parts.embedded_kafka:
            log.warning("demo_skipped", reason="the broker is not ours: use koppla import")
            return
        files = {kind: DirectoryFile(self._folder, kind) for kind in ("bureaus", "clients")}
        if not all(file.is_empty() for file in files.values()):
            return
        clients, bureaus = demo_data.generate(DEMO["clients"], DEMO["bureaus"], DEMO["seed"])
        for kind, records in (("bureaus", bureaus), ("clients", clients)):
            checked = [KINDS[kind].model_validate(record) for record in records]
            with files[kind].locked():
                files[kind].append((one.key(), one.model_dump_json()) for one in checked)

    async def _purge(self) -> None:
        noted: dict[str, datetime] = {}
        for service in self._services:
            async with service.database.connection() as connection:
                noted[service.name] = await connection.scalar(text("SELECT clock_timestamp()"))
        # Looked at after the time was noted: no lag now means that what was published by then is
        # behind everybody. Not by id: a lower one may commit, and be published, later.
        for service in self._services:
            if service.consumer is not None and any((await service.consumer.lag()).values()):
                return
        for service in self._services:
            async with service.database.connection() as connection:
                await connection.execute(
                    text("DELETE FROM outbox WHERE published_at <= :noted"),
                    {"noted": noted[service.name]},
                )
