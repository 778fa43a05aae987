"""One database a service, with a role that owns it and one that works in it."""

from __future__ import annotations

import re

import asyncpg


async def ensure(connection: asyncpg.Connection, name: str) -> None:
    """Create database `name`, role `name`_owner and role `name`_runtime where they are missing.

    `connection` is a superuser's, outside a transaction (CREATE DATABASE demands it). All of it
    may be repeated, also after a crash half-way. Tables are the owner's to grant; PUBLIC has had
    no right to create any since PostgreSQL 15. Raises ValueError for a name that is no plain
    lower-case identifier.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise ValueError(f"not a name for a database: {name!r}")
    owner, runtime = f"{name}_owner", f"{name}_runtime"
    for role in (owner, runtime):
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f"CREATE ROLE {role} LOGIN")
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
    # A service reaches its own database and no other one, the superuser's included.
    await connection.execute(
        f"REVOKE ALL ON DATABASE {name}, postgres, template1 FROM PUBLIC;"
        f"GRANT CONNECT ON DATABASE {name} TO {runtime}"
    )
