"""Faults of the broker and of PostgreSQL."""

import asyncio
import json
import signal

import asyncpg

from contracts.envelope import uuid7
from contracts.topics import LINKING_LINKS
from koppla.waiting import until
from tests.faults.nemesis import Nemesis, fault

WRITERS = ("linking", "notifier", "activation")


@fault
async def broker_away(nemesis: Nemesis) -> str:
    """The broker stops in order and comes back after a while."""
    await nemesis.world.kafka.stop()
    await asyncio.sleep(nemesis.pause)
    await nemesis.world.kafka.restart()
    return f"{nemesis.pause:g} s"


@fault
async def broker_killed(nemesis: Nemesis) -> str:
    """SIGKILL of the broker, the groups' coordinator in it, while relays produce."""
    await nemesis.wait(2.0)
    await nemesis.world.kafka.kill()
    await nemesis.world.kafka.restart()
    return ""


@fault
async def postgres_restarted(nemesis: Nemesis) -> str:
    """A fast shutdown, which ends every session, and a start."""
    await nemesis.world.restart_postgres(signal.SIGINT)
    return ""


@fault
async def postgres_crashed(nemesis: Nemesis) -> str:
    """An immediate shutdown, as of a crash, and recovery."""
    await nemesis.wait(1.0)
    await nemesis.world.restart_postgres(signal.SIGQUIT)
    return ""


@fault
async def connections_cut(nemesis: Nemesis) -> str:
    """Every session of a service's database is ended by the server, several times."""
    service = nemesis.random.choice(("search", *WRITERS))
    for _ in range(4):
        await nemesis.world.as_superuser(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{service}' AND pid <> pg_backend_pid()"
        )
        await nemesis.wait(1.0)
    return service


@fault
async def pool_exhausted(nemesis: Nemesis) -> str:
    """A lock that every request waits for until all connections of the pool wait; then it is let
    go."""
    connection = await asyncpg.connect(nemesis.world.postgres.url("linking"))
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE pairs IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(min(nemesis.pause, 12.0))
    finally:
        await connection.close()
    return "linking.pairs locked"


@fault
async def slow_transaction(nemesis: Nemesis) -> str:
    """An event whose outbox id is low and whose transaction ends late, after many higher ids."""
    service = "linking"
    connection = await asyncpg.connect(nemesis.world.postgres.url(service, f"{service}_owner"))
    event = uuid7()
    try:
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO outbox (event_id, topic, key, type, headers, value)"
                " VALUES ($1, $2, 'slow:1', 'SlowNoted', $3, $4)",
                event,
                LINKING_LINKS.name,
                _headers(str(event)),
                b"{}",
            )
            await asyncio.sleep(min(nemesis.pause, 10.0))
    finally:
        await connection.close()

    async def published() -> bool:
        rows = await nemesis.world.rows(
            service, "SELECT 1 FROM outbox WHERE event_id = $1 AND published_at IS NOT NULL", event
        )
        return bool(rows)

    await until(published, 120, every=0.2, what="the slow transaction's event")
    return "published after it was committed"


def _headers(event_id: str) -> str:
    pairs = [
        ["ce_specversion", "1.0"],
        ["ce_id", event_id],
        ["ce_type", "SlowNoted"],
        ["ce_source", "linking"],
        ["ce_time", "2026-01-01T00:00:00Z"],
        ["content-type", "application/json"],
    ]
    return json.dumps(pairs)
