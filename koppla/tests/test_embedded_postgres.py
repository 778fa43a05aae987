"""The embedded database: where it runs, whom it lets in, what it keeps."""

import os
from pathlib import Path

import asyncpg
import pytest

from koppla.embedded import left_overs, unprivileged
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.embedded.processes import NotStarted


async def test_a_database_for_each_service_that_only_its_roles_enter(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path, durable=False) as server:
        for name in ("search", "linking", "search"):
            await server.ensure_service(name)
        owner = await asyncpg.connect(server.url("search", "search_owner"))
        await owner.execute("CREATE TABLE t (a int); GRANT SELECT ON t TO search_runtime")
        await owner.close()
        runtime = await asyncpg.connect(server.url("search", "search_runtime"))
        assert await runtime.fetch("SELECT * FROM t") == []
        for forbidden in ("CREATE TABLE u (a int)", "CREATE SCHEMA u", "INSERT INTO t VALUES (1)"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await runtime.execute(forbidden)
        await runtime.close()
        for database in ("linking", "postgres"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(server.url(database, "search_owner"))
        with pytest.raises(ValueError, match="not a name"):
            await server.ensure_service('a"; DROP DATABASE search')
    assert left_overs.find(tmp_path, "postgres") == []


async def test_it_keeps_its_data_speaks_utc_and_knows_swedish_letters(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.url("postgres"))
        await connection.execute("CREATE TABLE t AS SELECT 'räksmörgås' AS a")
        assert await connection.fetchval("SHOW fsync") == "on"
        await connection.close()
    async with EmbeddedPostgres(tmp_path) as server:
        connection = await asyncpg.connect(server.url("postgres"))
        assert await connection.fetchval("SELECT upper(a) FROM t") == "RÄKSMÖRGÅS"
        assert await connection.fetchval("SHOW timezone") == "UTC"
        await connection.close()


@pytest.mark.parametrize("folder", ["/".join(["deep" * 10] * 5), "med mellanslag, å och 'citat'"])
async def test_a_folder_whose_path_no_socket_could_have(tmp_path: Path, folder: str) -> None:
    async with EmbeddedPostgres(tmp_path / folder, durable=False) as server:
        assert len(os.fsencode(server.socket_dir)) < 90
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700
        connection = await asyncpg.connect(server.url("postgres"))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert not server.socket_dir.exists()


async def test_half_a_cluster_of_a_killed_initdb_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new" / "PG_VERSION").write_text("18\n")
    async with EmbeddedPostgres(tmp_path, durable=False):
        assert not (tmp_path / "cluster.new").exists()


async def test_a_process_id_that_another_program_has_now_blocks_nothing(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path, durable=False) as server:
        pid_file = (tmp_path / "cluster" / "postmaster.pid").read_text()
        socket_lock = (server.socket_dir / ".s.PGSQL.5432.lock").read_text()
    ended, ours = pid_file.split("\n")[0], "1"  # process 1 lives, and is not PostgreSQL
    (tmp_path / "cluster" / "postmaster.pid").write_text(pid_file.replace(ended, ours, 1))
    server.socket_dir.mkdir()
    (server.socket_dir / ".s.PGSQL.5432.lock").write_text(socket_lock.replace(ended, ours, 1))
    async with EmbeddedPostgres(tmp_path, durable=False):
        pass


async def test_why_it_did_not_start_is_one_line(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path, durable=False):
        pass
    (tmp_path / "cluster" / "PG_VERSION").write_text("12\n")
    with pytest.raises(NotStarted, match=r"^PostgreSQL did not start: .*incompatible.*\.log\)$"):
        await EmbeddedPostgres(tmp_path, durable=False).__aenter__()


async def test_root_that_may_not_unshare_runs_it_as_another_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in most containers. Started by an ordinary user there is nothing to fall back from."""
    refused = unprivileged.Unprivileged(("false",), uid=0)
    monkeypatch.setattr(unprivileged, "_NAMESPACE", refused)
    root = os.geteuid() == 0
    for _ in range(2):  # makes the cluster, then finds it in that user's hands
        async with EmbeddedPostgres(tmp_path, durable=False) as server:
            connection = await asyncpg.connect(server.url("postgres"))
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
            [*processes] = left_overs.find(tmp_path, "postgres")
            assert all((process.uids().effective != 0) for process in processes)
            assert ((tmp_path / "cluster").stat().st_uid != os.geteuid()) == root


async def test_root_without_any_way_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    refused = unprivileged.Unprivileged(("no-such-program",), uid=0)
    monkeypatch.setattr(unprivileged, "_ways", lambda folder: [refused])
    with pytest.raises(NotStarted, match=r"run Koppla as an ordinary user$"):
        await EmbeddedPostgres(tmp_path).__aenter__()
    assert left_overs.find(tmp_path, "postgres") == []
