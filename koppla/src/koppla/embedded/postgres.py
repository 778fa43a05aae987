"""The embedded database: PostgreSQL 18 from a wheel, on a Unix socket, its data in a folder."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from koppla.embedded import cluster, left_overs, service_database
from koppla.embedded.processes import Child, NotStarted, spawn
from koppla.embedded.unprivileged import unprivileged
from koppla.waiting import until

_READY = 120  # seconds; after a kill it first replays up to max_wal_size
# Fast, then immediate shutdown, with the seconds each is given; `koppla up` has 10 for it all.
_STOP = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0))


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(folder) as postgres:` runs the cluster in `folder`/cluster.

    What was committed survives a kill -9 of everything, and with `durable` (the default) a power
    cut too. `durable=False` is for tests. The caller holds the folder's lock: a PostgreSQL that
    an earlier run left there is stopped. Raises NotStarted.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self._dir = data_dir.resolve()
        self._durable = durable
        self._child: Child | None = None
        self._services = asyncio.Lock()
        self.socket_dir = Path()

    async def __aenter__(self) -> Self:
        self._dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        await left_overs.end(self._dir, "postgres", politely=signal.SIGINT)
        folder = self._dir / "cluster"
        way = await unprivileged(folder)
        await cluster.create(folder, way, durable=self._durable)
        cluster.forget_stale_pid(folder)
        self.socket_dir = cluster.socket_folder(self._dir, way)
        options = cluster.settings(self.socket_dir, durable=self._durable)
        self._child = await spawn(
            [
                *way.prefix,
                cluster.program("postgres"),
                *("-D", folder),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            cwd=self._dir,
            log=self._dir / "postgres.log",
            env=cluster.environment(),
            when_orphaned=signal.SIGINT,  # fast shutdown, so that the next start has no recovery
        )
        try:
            await until(self._accepts, _READY, every=0.05, what="PostgreSQL to answer")
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    def url(self, database: str, user: str = "postgres") -> str:
        """A libpq URL, for asyncpg and psql; SQLAlchemy wants `+asyncpg` after the scheme."""
        return f"postgresql://{quote(user)}@/{quote(database)}?host={quote(str(self.socket_dir))}"

    async def ensure_service(self, name: str) -> None:
        """Make sure of database `name` and its roles `name`_owner and `name`_runtime."""
        async with self._services:  # two that change the same catalogue row at once would fail
            connection = await self._connect()
            try:
                await service_database.ensure(connection, name)
            finally:
                await connection.close()

    async def wait(self) -> int:
        """Wait until PostgreSQL has ended, which it should not do by itself: its return code."""
        if self._child is None:
            raise RuntimeError("not started")
        return await self._child.wait()

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            host=str(self.socket_dir), port=5432, user="postgres", database="postgres", timeout=10
        )

    async def _accepts(self) -> bool:
        if self._child is not None and self._child.returncode is not None:
            raise NotStarted(
                f"PostgreSQL did not start: {self._child.last_words()} (log: {self._child.log})"
            )
        try:
            connection = await self._connect()
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            # No socket yet; still recovering; ended while we asked.
            return False
        await connection.close()
        return True

    async def _stop(self) -> None:
        if self._child is not None:
            await self._child.stop(*_STOP)
            # A postmaster that had to be killed leaves workers, which end on their own.
            await left_overs.end(self._dir, "postgres")
            with suppress(OSError):
                self.socket_dir.rmdir()  # it may lie in the system's folder for temporary files
