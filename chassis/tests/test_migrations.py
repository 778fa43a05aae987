"""Migrations run once, and drift is seen."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from chassis.migrations import drift, migrate
from koppla.embedded.postgres import EmbeddedPostgres
from tests.support import sample as made_up
from tests.support.sample import Sample

ENV = """
from chassis.migrations import run_env
from sqlalchemy import MetaData

run_env(MetaData())
"""
VERSION = """
from alembic import op

revision = "{number:04}"
down_revision = {before}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE t{number} (id integer PRIMARY KEY)")
"""


def _version(scripts: Path, number: int) -> None:
    before = f'"{number - 1:04}"' if number > 1 else "None"
    content = VERSION.format(number=number, before=before)
    (scripts / "versions" / f"{number:04}_step.py").write_text(content)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "per%cent" / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    _version(folder, 1)
    return folder


@pytest.fixture
async def empty(postgres: EmbeddedPostgres, tmp_path: Path) -> str:
    name = "empty_" + tmp_path.name[-20:].replace("-", "_").lower()
    admin = await asyncpg.connect(postgres.url("postgres"))
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    return postgres.url(name)


async def test_of_many_at_once_one_migrates(empty: str, scripts: Path) -> None:
    changed = await asyncio.gather(*(migrate(empty, scripts) for _ in range(4)))
    assert sorted(changed) == [False, False, False, True]


async def test_a_later_version_is_added(empty: str, scripts: Path) -> None:
    assert await migrate(empty, scripts)
    _version(scripts, 2)
    assert await migrate(empty, scripts)
    assert not await migrate(empty, scripts)


async def test_an_older_program_leaves_a_newer_database_as_it_is(empty: str, scripts: Path) -> None:
    """Going back is the older image on the newer database; its migration job comes first."""
    _version(scripts, 2)
    assert await migrate(empty, scripts)
    (scripts / "versions" / "0002_step.py").unlink()
    assert not await migrate(empty, scripts)
    _version(scripts, 2)
    _version(scripts, 3)
    assert await migrate(empty, scripts)


async def test_a_version_that_fails_leaves_nothing(empty: str, scripts: Path) -> None:
    await migrate(empty, scripts)
    for number in (2, 3):
        _version(scripts, number)
    broken = scripts / "versions" / "0003_step.py"
    broken.write_text(broken.read_text().replace("CREATE TABLE", "CREATE TABEL"))
    with pytest.raises(Exception, match="TABEL"):
        await migrate(empty, scripts)
    connection = await asyncpg.connect(empty)
    try:
        assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0001"
        assert await connection.fetchval("SELECT to_regclass('t2')::text") is None
    finally:
        await connection.close()


async def test_the_first_version_makes_the_tables_that_the_code_has(
    sample: Sample, postgres: EmbeddedPostgres
) -> None:
    found = await drift(sample.database.url, made_up.metadata)
    # `number` has a check, which Alembic does not compare; everything else must agree.
    assert found == []


async def test_drift_is_seen(sample: Sample) -> None:
    other = MetaData()
    made_up.ChassisTables(other)
    Table("notes", other, Column("id", Integer, primary_key=True), Column("colour", Integer))
    kinds = {
        str(each[0] if isinstance(each, tuple) else each[0][0])  # type: ignore[index]
        for each in await drift(sample.database.url, other)
    }
    assert {"remove_table", "add_column", "remove_column"} <= kinds


async def test_the_runtime_role_has_rows_and_no_ddl(sample: Sample) -> None:
    for forbidden in ("CREATE TABLE t (id int)", "DROP TABLE outbox", "TRUNCATE outbox"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sample.rows(forbidden)


def test_alembic_is_not_imported_where_there_is_nothing_to_migrate() -> None:
    code = "import sys, chassis.cli, chassis.migrations; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
