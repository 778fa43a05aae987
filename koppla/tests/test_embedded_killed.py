"""After kill -9 of the process that runs them, neither broker nor database stays behind."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil

from koppla.embedded import left_overs
from koppla.embedded.kafka import EmbeddedKafka, answers
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.waiting import until

_RUN = """
import asyncio, sys
from pathlib import Path
import asyncpg
import psutil
from koppla.embedded.folder import DataFolder
from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.postgres import EmbeddedPostgres

async def main():
    with DataFolder(Path(sys.argv[1])) as folder:
        async with (
            EmbeddedPostgres(folder.subfolder("postgres")) as postgres,
            EmbeddedKafka(folder.subfolder("kafka")) as kafka,
        ):
            connection = await asyncpg.connect(postgres.url("postgres"))
            await connection.execute("CREATE TABLE t (a int)")
            await connection.execute("INSERT INTO t VALUES (1)")
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("INSERT INTO t VALUES (2)")
            print(kafka.port, flush=True)
            await asyncio.sleep(600)

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def _run(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A process with both in `folder`, one row committed and one not: it, and the broker's port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _RUN, str(folder)), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield process, int(await process.stdout.readline())
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_nothing_stays_behind_and_what_was_committed_is_found(tmp_path: Path) -> None:
    async with _run(tmp_path) as (process, port):
        assert left_overs.find(tmp_path, "postgres")
        assert await answers(port)
        process.kill()
        await process.wait()
        await until(lambda: not left_overs.find(tmp_path, "postgres"))
        await until(lambda: not left_overs.find(tmp_path, "tansu"))
    async with EmbeddedPostgres(tmp_path / "postgres") as postgres:
        connection = await asyncpg.connect(postgres.url("postgres"))
        assert [row["a"] for row in await connection.fetch("SELECT a FROM t")] == [1]
        await connection.close()


async def test_kill_of_everything_at_once_and_a_start_at_once(tmp_path: Path) -> None:
    """The database gets no chance to shut down, and the next run does not wait for it to end."""
    async with _run(tmp_path) as (process, _):
        processes = left_overs.find(tmp_path, "postgres")
        process.kill()
        for member in processes:
            with contextlib.suppress(psutil.Error):
                member.kill()
        async with (
            EmbeddedPostgres(tmp_path / "postgres") as postgres,
            EmbeddedKafka(tmp_path / "kafka") as kafka,
        ):
            assert await answers(kafka.port)
            connection = await asyncpg.connect(postgres.url("postgres"))
            assert [row["a"] for row in await connection.fetch("SELECT a FROM t")] == [1]
            await connection.close()


async def test_a_database_that_outlived_its_run_is_stopped_first(tmp_path: Path) -> None:
    """What the next start finds on a system without a parent-death signal."""
    async with EmbeddedPostgres(tmp_path) as before:
        [*old] = left_overs.find(tmp_path, "postgres")
        async with EmbeddedPostgres(tmp_path) as postgres:
            assert not any(process.is_running() for process in old)
            connection = await asyncpg.connect(postgres.url("postgres"))
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
        assert await before.wait() == 0
