"""LISTEN and NOTIFY: who waits is woken, also after a lost connection."""

import asyncio

import asyncpg

from chassis.wakeup import Wakeup
from koppla.waiting import until
from tests.support.sample import Sample

HOUR = 3600.0


async def _run(sample: Sample, statement: str) -> None:
    await sample.rows(statement)


async def _listening(sample: Sample) -> bool:
    sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = $1"
    return bool(await sample.column(sql, 'LISTEN "outbox"'))


async def test_a_ring_wakes_who_waits_and_whoever_waits_next(sample: Sample) -> None:
    await until(lambda: _listening(sample))
    await sample.wakeup.wait("outbox", HOUR)  # what may have come before it listened
    waiting = asyncio.create_task(sample.wakeup.wait("outbox", HOUR))
    await _run(sample, "NOTIFY outbox")
    await waiting
    await _run(sample, "NOTIFY outbox")
    await sample.wakeup.wait("outbox", HOUR)


async def test_a_lost_connection_rings_once_it_is_back(sample: Sample) -> None:
    await until(lambda: _listening(sample))
    await sample.wakeup.wait("outbox", HOUR)
    connection = await asyncpg.connect(sample.database.url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.execute("NOTIFY outbox")  # nobody listens
    await connection.close()
    await sample.wakeup.wait("outbox", HOUR)


async def test_nobody_rings_and_the_wait_ends_by_itself(sample: Sample) -> None:
    await until(lambda: _listening(sample))
    await sample.wakeup.wait("outbox", HOUR)
    await sample.wakeup.wait("outbox", 0.01)


async def test_stop_ends_the_connection(sample: Sample) -> None:
    await until(lambda: _listening(sample))
    await sample.wakeup.stop()

    async def gone() -> bool:
        return not await _listening(sample)

    await until(gone)


async def test_a_database_that_is_away_is_tried_again_until_stop() -> None:
    wakeup = Wakeup("postgresql://nobody@127.0.0.1:1/none", "outbox")
    await wakeup.start()
    await wakeup.wait("outbox", 0.01)
    await wakeup.stop()
