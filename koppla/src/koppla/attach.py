"""Starts what the services need, or attaches to what was named: broker, databases, mail."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote, urlsplit

import asyncpg

from koppla.embedded.folder import DataFolder
from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.inbox.mailbox import Mailbox
from koppla.inbox.smtp import SmtpSink
from koppla.profile import SERVICES, Attached, secrets_of


@asynccontextmanager
async def attached(
    folder: DataFolder,
    url: str,
    kafka: str | None,
    postgres: str | None,
    smtp: str | None,
    mailbox: Mailbox,
) -> AsyncIterator[Attached]:
    """What runs while the block does; what we started ends with it.

    Raises NotStarted, OSError or asyncpg's errors where something can't be had.
    """
    async with AsyncExitStack() as stack:
        if kafka is None:
            broker = EmbeddedKafka(folder.subfolder("kafka"))
            starting = await stack.enter_async_context(broker)
            kafka_at, embedded = starting.bootstrap_servers, True
        else:
            kafka_at, embedded = kafka, False
        if postgres is None:
            server = await stack.enter_async_context(EmbeddedPostgres(folder.subfolder("postgres")))
            for name in SERVICES:
                await server.ensure_service(name)
            databases = {
                name: (server.url(name, f"{name}_owner"), server.url(name, f"{name}_runtime"))
                for name in SERVICES
            }
        else:
            password = secrets_of(folder.path)["database_password"]
            databases = {name: await _ensure(postgres, name, password) for name in SERVICES}
        if smtp is None:
            smtp = (await stack.enter_async_context(SmtpSink(mailbox))).url
        yield Attached(kafka_at, embedded, databases, smtp, url)


async def _ensure(server: str, name: str, password: str) -> tuple[str, str]:
    """A database and two roles of a service on a server that was named: their URLs."""
    parts = urlsplit(server)
    quoted = "'" + password.replace("'", "''") + "'"
    connection = await asyncpg.connect(server, timeout=15)
    try:
        for role in (f"{name}_owner", f"{name}_runtime"):
            known = "SELECT 1 FROM pg_roles WHERE rolname = $1"
            verb = "ALTER" if await connection.fetchval(known, role) else "CREATE"
            await connection.execute(f"{verb} ROLE {role} LOGIN PASSWORD {quoted}")
        known = "SELECT 1 FROM pg_database WHERE datname = $1"
        if not await connection.fetchval(known, name):
            # Membership lets a server's admin who is no superuser give the database away.
            await connection.execute(f"GRANT {name}_owner TO CURRENT_USER")
            await connection.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
        await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {name}_runtime")
    finally:
        await connection.close()
    place = parts.netloc.rpartition("@")[2]
    query = f"?{parts.query}" if parts.query else ""
    owner, runtime = (
        f"postgresql://{role}:{quote(password)}@{place}/{name}{query}"
        for role in (f"{name}_owner", f"{name}_runtime")
    )
    return owner, runtime
