"""Runs a service's Alembic migrations, once, whatever the number of replicas that try.

Alembic is imported where it is needed only: that takes longer than a start that has nothing to do.
"""

import importlib
from pathlib import Path

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.database import async_url

# Any number that nobody else takes as an advisory lock: "koppla" in ASCII.
_LOCK = int.from_bytes(b"koppla")


def folder(package: str) -> Path:
    """A service's migrations: beside `src` in a checkout, inside the package in a wheel."""
    home = Path(str(importlib.import_module(package).__file__)).parent
    inside = home / "migrations"
    return inside if inside.is_dir() else home.parents[1] / "migrations"


async def migrate(owner_url: str, scripts: Path) -> bool:
    """Brings the database to the newest version; True when there was anything to do.

    One that a newer program has migrated stays as it is: within a version nothing is taken away,
    so who goes back to the older program can work in it.
    """
    engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if await connection.run_sync(_is_new_enough, scripts):
                return False
            return await connection.run_sync(_upgrade, scripts)
    finally:
        await engine.dispose()


def _is_new_enough(connection: Connection, scripts: Path) -> bool:
    """By the files' names, which begin with their revision: `0001_start.py` is 0001."""
    named = sorted(path.name.partition("_")[0] for path in scripts.glob("versions/[0-9]*_*.py"))
    if not named or connection.scalar(text("SELECT to_regclass('alembic_version')::text")) is None:
        return False
    have = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    return len(have) == 1 and have[0] >= named[-1]


def _upgrade(connection: Connection, scripts: Path) -> bool:
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    heads = ScriptDirectory.from_config(config).get_heads()
    if set(MigrationContext.configure(connection).get_current_heads()) == set(heads):
        return False
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True


def run_env(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls."""
    from alembic import context

    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=False
    )
    with context.begin_transaction():
        context.run_migrations()


async def drift(owner_url: str, metadata: MetaData) -> list[object]:
    """What the migrated database and the tables in code disagree on; empty when nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    engine = create_async_engine(async_url(owner_url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(
                lambda sync: list(
                    compare_metadata(
                        MigrationContext.configure(
                            sync, opts={"compare_type": True, "compare_server_default": True}
                        ),
                        metadata,
                    )
                )
            )
    finally:
        await engine.dispose()
