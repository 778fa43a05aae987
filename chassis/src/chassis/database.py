"""One PostgreSQL database a service: engine, transactions, and what a failure of it looks like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
from pydantic import Field, SecretStr, field_validator
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

from chassis import failpoints
from chassis.settings import Duration, Settings

# SQLSTATEs after which the same work may well succeed: serialization failure, deadlock, lock not
# available, a standby that was just promoted, and an idle transaction ended; then the classes
# connection exception, insufficient resources, operator intervention (timeouts, shutdown, start)
# and system error.
_TRANSIENT = frozenset({"40001", "40P01", "55P03", "25006", "25P03"})
_TRANSIENT_CLASSES = ("08", "53", "57", "58")


class DatabaseSettings(Settings):
    """database_url: the runtime role's, without DDL. owner_database_url: of the role that migrates.

    A service's own settings class gives both their environment names. retention_every: how often
    rows that are too old are taken away.
    """

    database_url: SecretStr
    owner_database_url: SecretStr | None = None
    database_pool: int = Field(default=10, ge=1, le=200)
    retention_every: Duration = timedelta(hours=1)

    @field_validator("retention_every")
    @classmethod
    def _is_sane(cls, value: timedelta) -> timedelta:
        if not timedelta(seconds=1) <= value <= timedelta(days=7):
            raise ValueError("must be between 1s and 168h")
        return value

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            async_url(value.get_secret_value())
        return value


def async_url(url: str) -> URL:
    """SQLAlchemy's URL for a `postgresql://` one; ValueError when it is none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("must be a postgresql:// URL") from None
    if parsed.get_backend_name() != "postgresql":
        raise ValueError("must be a postgresql:// URL")
    return parsed.set(drivername="postgresql+asyncpg")


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later: the database failed, not the work."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if isinstance(error, InterfaceError):
            return not _is_about_values(error.orig)
        if isinstance(error.orig.__cause__ if error.orig else None, asyncpg.InternalClientError):
            return True
        state = getattr(error.orig, "sqlstate", None)
        return _passes(state) or (isinstance(error, OperationalError) and state is None)
    if isinstance(error, asyncpg.PostgresError):
        return _passes(error.sqlstate)
    if isinstance(error, asyncpg.InterfaceError):
        return not _is_about_values(error)
    # InternalClientError: what asyncpg says of a connection that ended in mid-statement.
    return isinstance(error, (OSError, TimeoutError, PoolTimeout, asyncpg.InternalClientError))


def _passes(state: str | None) -> bool:
    return state is not None and (state in _TRANSIENT or state.startswith(_TRANSIENT_CLASSES))


def _is_about_values(error: BaseException | None) -> bool:
    """asyncpg says a number out of range or a lone surrogate by an InterfaceError that is a
    ValueError too; SQLAlchemy keeps it as the cause. Such work fails for ever."""
    return isinstance(error, ValueError) or (
        error is not None and isinstance(error.__cause__, ValueError)
    )


def _must_be_open(connection: Any, *_: object) -> None:
    """Has the pool open another connection in place of one that the server has closed.

    asyncpg knows of that as soon as the loop has heard of it. `pool_pre_ping` asks the server, in
    three round trips, and finds little more: one that is cut after its answer fails all the same.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class Database:
    """An engine whose every transaction is opened and committed at the edge.

    url: `postgresql://…`. pool: connections kept at most. Statements end after 30 s, waits for
    locks after 10 s, so that one stuck transaction can't stop a service for good.
    """

    def __init__(self, url: str, *, pool: int = 10, name: str = "koppla") -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            async_url(url),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=10,
            # Errors end in logs and dead letters, where names and tokens have no business.
            hide_parameters=True,
            connect_args={
                "timeout": 10,
                "server_settings": {
                    "application_name": name,
                    "timezone": "UTC",
                    "statement_timeout": "30s",
                    "lock_timeout": "10s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            },
        )

        event.listen(self.engine.sync_engine, "checkout", _must_be_open)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the block's end, rolled back if it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            failpoints.reached("commit.before")
        failpoints.reached("commit.after")

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one transaction, for work without the ORM."""
        async with self.engine.begin() as connection:
            yield connection

    async def ping(self) -> None:
        """Returns when the database answers; raises what SQLAlchemy raises when not."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.engine.dispose()
