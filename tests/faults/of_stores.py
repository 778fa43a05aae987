"""Faults of the broker and of PostgreSQL."""

import asyncio
import json
import secrets
import shutil
import signal
from uuid import UUID

import asyncpg

from contracts.envelope import uuid7
from contracts.topics import LINKING_LINKS
from koppla.waiting import until
from tests.faults.cast import Pair
from tests.faults.nemesis import Nemesis, fault

WRITERS = ("linking", "notifier", "activation")


@fault
async def broker_away(nemesis: Nemesis) -> str:
    """The broker stops in order and comes back after a while. Meanwhile people ask and accept as
    ever, for that needs a service's database and nothing else."""
    mailed, others = nemesis.spare[::2], nemesis.spare[1::2]
    requests = await asyncio.gather(*(_asked_and_mailed(nemesis, pair) for pair in mailed))
    began = nemesis.history.now()
    await nemesis.world.kafka.stop()
    steps = len(nemesis.spare)
    answered = 0
    for accepting, request, asking in zip(mailed, requests, others, strict=True):
        answered += await _accepted(nemesis, accepting, request)
        await asyncio.sleep(nemesis.pause / steps)
        async with nemesis.person.at_work(asking) as (bureau, _):
            await nemesis.person.ask(asking, bureau)
        answered += 1
        await asyncio.sleep(nemesis.pause / steps)
    away = nemesis.history.between(began)
    await nemesis.world.kafka.restart()
    await asyncio.gather(*(_unlinked(nemesis, pair) for pair in mailed))
    await asyncio.gather(*(_cancelled(nemesis, pair) for pair in others))
    return (
        f"{nemesis.pause:g} s, meanwhile {answered} of {steps} requests and accepts answered,"
        f" {away['unknown']} operations of all unanswered"
    )


async def _asked_and_mailed(nemesis: Nemesis, pair: Pair) -> UUID:
    async with nemesis.person.at_work(pair) as (bureau, _):
        request = await nemesis.person.ask(pair, bureau)
        for admin in pair.client.system_admins:
            await nemesis.person.mailed(pair, request, admin.email, bureau)
        return request


async def _accepted(nemesis: Nemesis, pair: Pair, request: UUID) -> bool:
    async with nemesis.person.at_work(pair) as (bureau, nobody):
        return await nemesis.person.accept(pair, request, bureau, nobody)


async def _unlinked(nemesis: Nemesis, pair: Pair) -> None:
    async with nemesis.person.at_work(pair) as (bureau, _):
        await nemesis.person.listed(pair, bureau)
        await nemesis.person.end(pair, bureau)


async def _cancelled(nemesis: Nemesis, pair: Pair) -> None:
    async with nemesis.person.at_work(pair) as (bureau, nobody):
        wanted = {"query": pair.client.tenant_id, "status": "pending"}
        found = await bureau.get("/v1/link-requests", params=wanted)
        (request,) = found.raise_for_status().json()["items"]
        await nemesis.person.cancel(pair, UUID(request["id"]), bureau, nobody)


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


@fault
async def disk_full(nemesis: Nemesis) -> str:
    """The outbox of a service lies on a disk of its own, which is full: nothing can be written
    into it, nor marked in it. Then there is room again."""
    service = nemesis.random.choice(WRITERS)
    superuser = nemesis.world.as_superuser
    # Else new rows find room for minutes where deleted ones were.
    await superuser("VACUUM FULL outbox", database=service)
    (row,) = await nemesis.world.rows(service, "SELECT pg_table_size('outbox') AS size")
    small = nemesis.world.folder / "small"
    small.mkdir(exist_ok=True)
    owner = (nemesis.world.folder / "postgres" / "cluster").stat()
    room = row["size"] + 512 * 1024
    options = f"size={room},uid={owner.st_uid},gid={owner.st_gid},mode=700"
    if await _command("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(small)) != 0:
        return "not made: this machine mounts no tmpfs"
    try:
        await superuser(f"CREATE TABLESPACE small LOCATION '{small}'")
        await superuser("ALTER TABLE outbox SET TABLESPACE small", database=service)
        ballast = small / "ballast"
        free = shutil.disk_usage(small).free
        ballast.write_bytes(b"\0" * max(0, free - 16 * 1024))
        await until(lambda: _is_full(nemesis, service), 120, every=0.05, what="a full disk")
        await asyncio.sleep(min(nemesis.pause, 10.0))
        ballast.unlink()
    finally:
        await superuser("ALTER TABLE outbox SET TABLESPACE pg_default", database=service)
        await superuser("DROP TABLESPACE IF EXISTS small")
        await _command("umount", str(small))
    return service


async def _is_full(nemesis: Nemesis, service: str) -> bool:
    """Whether a row finds no room; nothing of it stays."""
    connection = await asyncpg.connect(nemesis.world.postgres.url(service))
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute(
            "INSERT INTO outbox (event_id, topic, key, type, headers, value)"
            " SELECT gen_random_uuid(), 'none', 'none', 'None', '[]', $1"
            " FROM generate_series(1, 9)",
            secrets.token_bytes(1500),
        )
    except asyncpg.DiskFullError:
        return True
    finally:
        await attempt.rollback()
        await connection.close()
    return False


async def _command(*argv: str) -> int:
    child = await asyncio.create_subprocess_exec(*argv, stderr=asyncio.subprocess.DEVNULL)
    return await child.wait()


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
