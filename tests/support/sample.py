"""A tiny service that exists only to try the chassis: notes are said, states are kept."""

from collections.abc import Sequence
from typing import Any, ClassVar

import asyncpg
from pydantic import Field, SecretStr
from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import ops
from chassis.app import Service
from chassis.auth import AuthSettings, BearerTokens
from chassis.consumer import Consumer
from chassis.database import Database, DatabaseSettings
from chassis.dead_letters import DeadLetters
from chassis.handlers import Change
from chassis.http import new_app
from chassis.inbox import Inbox
from chassis.kafka import KafkaSettings, new_producer
from chassis.outbox import Outbox
from chassis.positions import Positions
from chassis.relay import Relay
from chassis.schema import ChassisTables
from chassis.schema_versions import ALL
from chassis.telemetry import Metrics
from chassis.wakeup import Wakeup
from contracts.events.event import Event
from contracts.topics import Topic, dead_letters
from koppla.embedded.postgres import EmbeddedPostgres

NAME = "sample"
NOTES = Topic("sample.notes.v1", "key", partitions=2)
STATES = Topic("sample.states.v1", "key", {"cleanup.policy": "compact"}, partitions=2)
DEAD = dead_letters(NAME)

metadata = MetaData()
chassis = ChassisTables(metadata)
notes = Table(
    "notes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("number", Integer, nullable=False),
)
states = Table("states", metadata, Column("key", Text, primary_key=True), Column("text", Text))
_TABLES = (
    "CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " key text NOT NULL, text text NOT NULL, number integer NOT NULL CHECK (number <> 13))",
    "CREATE TABLE states (key text PRIMARY KEY, text text)",
)


class Noted(Event):
    """number 13 is refused by the database."""

    topic: ClassVar[Topic] = NOTES
    about: str
    text: str
    number: int = 0

    def key(self) -> str:
        return self.about


class Ignored(Event):
    """Nobody listens to it."""

    topic: ClassVar[Topic] = NOTES

    def key(self) -> str:
        return "-"


class State(Event):
    topic: ClassVar[Topic] = STATES
    about: str
    text: str

    def key(self) -> str:
        return self.about


WATCHER = "watcher"
"""Of the tests' own connections, which a test that cuts connections spares."""


class SampleSettings(DatabaseSettings, KafkaSettings, AuthSettings):
    database_url: SecretStr = Field(validation_alias="KOPPLA_SAMPLE_DATABASE_URL")
    words: list[str] = Field(default=[], validation_alias="KOPPLA_SAMPLE_WORDS")


async def create(postgres: EmbeddedPostgres) -> None:
    """The database `sample`, as a service's first migration would make it."""
    await postgres.ensure_service(NAME)
    connection = await asyncpg.connect(postgres.url(NAME, f"{NAME}_owner"))
    try:
        if not await connection.fetchval("SELECT to_regclass('notes')::text"):
            for statement in (*(one for version in ALL for one in version(NAME)), *_TABLES):
                await connection.execute(statement)
    finally:
        await connection.close()


async def note(session: AsyncSession, event: Noted) -> None:
    await session.execute(
        insert(notes).values(key=event.about, text=event.text, number=event.number)
    )


async def keep(session: AsyncSession, changes: Sequence[Change]) -> None:
    for change in changes:
        text = None if change.state is None else change.state.text
        row = upsert(states).values(key=change.key, text=text)
        await session.execute(
            row.on_conflict_do_update(index_elements=["key"], set_={"text": row.excluded.text})
        )


class Sample:
    """The parts of the service on one database. Nothing is started."""

    def __init__(self, url: str, settings: Any) -> None:
        self.settings = settings
        self.metrics = Metrics(NAME)
        self.database = Database(url, name=NAME)
        self.wakeup = Wakeup(url, "outbox")
        self.outbox = Outbox(chassis.outbox, NAME)

    def consumer(self, handler: Any = note) -> Consumer:
        letters = DeadLetters(chassis.dead_letters, chassis.outbox, DEAD)
        consumer = Consumer(
            NAME,
            self.settings,
            self.database,
            Inbox(chassis.inbox),
            Positions(chassis.positions),
            letters,
            self.metrics,
        )
        consumer.on(Noted, handler)
        consumer.on_state(State, keep)
        return consumer

    def relay(self, producer: Any = None, **given: Any) -> Relay:
        return Relay(
            self.database,
            chassis.outbox,
            chassis.relay_lease,
            self.wakeup,
            producer or (lambda: new_producer(self.settings)),
            self.metrics,
            **given,
        )

    async def say(self, *events: Event) -> None:
        async with self.database.transaction() as session:
            await self.outbox.add(session, events)

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        watching = {"application_name": WATCHER}
        connection = await asyncpg.connect(self.database.url, server_settings=watching)
        try:
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def column(self, sql: str, *arguments: Any) -> list[Any]:
        return [next(iter(row.values())) for row in await self.rows(sql, *arguments)]


def build(settings: SampleSettings) -> Service:
    """As a service's `app.build`."""
    sample = Sample(settings.database_url.get_secret_value(), settings)
    app = new_app("Sample", BearerTokens(settings), sample.metrics)
    service = Service(
        NAME,
        app,
        sample.database,
        sample.wakeup,
        sample.metrics,
        sample.consumer(),
        sample.relay(),
    )
    ops.install(app, service, chassis)
    return service
