"""The whole of Koppla as production runs it, but on one machine: Apache Kafka, PostgreSQL, a mail
server that is played, and each role of each service as processes of their own."""

import base64
import json
import os
import re
import secrets
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from chassis.kafka import KafkaSettings, ensure_topics
from chassis.migrations import folder as migrations
from chassis.migrations import migrate
from chassis.settings import load
from contracts.link_token import LinkKeys, LinkTokenError
from contracts.topics import SERVICES, TOPICS
from koppla.embedded.ports import free_port
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.gateway import PATHS
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from tests.faults.processes import Keeper, Process
from tests.support.apache_kafka import ApacheKafka
from tests.support.smtp_sink import SmtpSink

REPLICAS = {"serve": 1, "consume": 2, "relay": 2}
LINK = re.compile(r"/l/([A-Za-z0-9_-]{111})")
_GONE = "postgres: the server is not there"


class Mailbox:
    """The mails that the sink has taken, found by what their links are about."""

    def __init__(self, sink: SmtpSink, keys: LinkKeys) -> None:
        self._sink = sink
        self.keys = keys
        self._read = 0
        self._tokens: dict[tuple[UUID, str], str] = {}

    def token(self, subject: UUID, address: str) -> str | None:
        """The newest link's token about a request or link that went to an address."""
        for mail in self._sink.received[self._read :]:
            self._read += 1
            if found := LINK.search(mail.text):
                try:
                    about = self.keys.verify(found[1]).subject
                except LinkTokenError:
                    continue
                self._tokens[about, mail.recipient.casefold()] = found[1]
        return self._tokens.get((subject, address.casefold()))


@dataclass
class World:
    """Everything that runs. folder: where logs and data lie."""

    folder: Path
    kafka: ApacheKafka
    postgres: EmbeddedPostgres
    sink: SmtpSink
    mailbox: Mailbox
    issuer: DevelopmentIssuer
    keeper: Keeper

    def processes(self, service: str | None = None, role: str | None = None) -> list[Process]:
        return list(
            self.keeper.select(
                lambda one: (
                    one.service == (service or one.service) and one.role == (role or one.role)
                )
            )
        )

    @asynccontextmanager
    async def client(
        self, sub: str, *roles: str, bureau_id: str | None = None
    ) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client of somebody, through routes as the gateway's; of nobody without roles."""
        headers = {"accept": "application/json"}
        if roles:
            token = self.issuer.token(sub, roles, bureau_id=bureau_id, ttl=86_400)
            headers["authorization"] = f"Bearer {token}"
        async with httpx.AsyncClient(
            transport=_Routes(self.keeper),
            base_url="http://koppla.test",
            headers=headers,
            timeout=40,
        ) as http:
            yield http

    async def rows(self, service: str, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """What a query says, by the service's owner."""
        connection = await asyncpg.connect(self.postgres.url(service, f"{service}_owner"))
        try:
            await connection.set_type_codec(
                "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
            )
            return [dict(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    async def as_superuser(self, *statements: str, database: str = "postgres") -> None:
        connection = await asyncpg.connect(self.postgres.url(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def restart_postgres(self, number: signal.Signals) -> None:
        """Ends PostgreSQL by a signal (SIGINT fast, SIGQUIT as a crash) and starts it again."""
        child = self.postgres._child
        assert child is not None, _GONE
        await child.stop((number, 60))
        await self.postgres.__aenter__()


class _Routes(httpx.AsyncBaseTransport):
    """Sends each path to the process that serves it; what the gateway's routing does."""

    def __init__(self, keeper: Keeper) -> None:
        self._plain = httpx.AsyncHTTPTransport(verify=False, trust_env=False)
        ports = {one.service: one.port for one in keeper.select(lambda one: one.role == "serve")}
        self._ports = {
            prefix: ports[service] for service, prefixes in PATHS.items() for prefix in prefixes
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        prefix = max((p for p in self._ports if path == p or path.startswith(p + "/")), key=len)
        request.url = request.url.copy_with(host="127.0.0.1", port=self._ports[prefix])
        return await self._plain.handle_async_request(request)

    async def aclose(self) -> None:
        await self._plain.aclose()


@asynccontextmanager
async def world(
    folder: Path, settings: Mapping[str, str], replicas_of: Mapping[str, int] = REPLICAS
) -> AsyncIterator[World]:
    """Everything, migrated and ready; ended in order with the context. folder: an empty one.
    settings: KOPPLA_ ones above the suite's own. replicas_of: how many processes, by role."""
    keys = f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"
    async with AsyncExitStack() as stack:
        kafka = await stack.enter_async_context(ApacheKafka(folder / "kafka"))
        postgres = await stack.enter_async_context(EmbeddedPostgres(folder / "postgres"))
        sink = await stack.enter_async_context(SmtpSink())
        issuer = DevelopmentIssuer(folder)
        common = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KOPPLA_")},
            "KOPPLA_KAFKA": kafka.bootstrap_servers,
            "KOPPLA_KAFKA_REPLICATION": "1",
            "KOPPLA_ISSUER": ISSUER,
            "KOPPLA_AUDIENCE": AUDIENCE,
            "KOPPLA_JWKS_URL": issuer.jwks_url,
            "KOPPLA_PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
            "KOPPLA_PLATFORM_URL": "http://platform.koppla.example/",
            "KOPPLA_LINK_KEYS": keys,
            "KOPPLA_SIGN_IN_KEYS": keys,
            "KOPPLA_MAIL_FROM": "Koppla <no-reply@koppla.example>",
            "KOPPLA_SMTP_URL": sink.url,
            "KOPPLA_MAIL_RETRY_FIRST": "1s",
            "KOPPLA_RATE_LINK_PAGES": "off",
            "KOPPLA_RATE_SEARCHES": "off",
            "KOPPLA_RATE_REQUESTS_PER_BUREAU": "off",
            "KOPPLA_RATE_REQUESTS_PER_CLIENT": "off",
            "KOPPLA_RATE_MAILS_PER_ADDRESS": "off",
            **settings,
        }
        await ensure_topics(
            load(KafkaSettings, kafka=kafka.bootstrap_servers, kafka_replication=1), TOPICS
        )
        processes = []
        for service in SERVICES:
            await postgres.ensure_service(service)
            owner = postgres.url(service, f"{service}_owner")
            await migrate(owner, migrations(service))
            own = {
                **common,
                f"KOPPLA_{service.upper()}_DATABASE_URL": postgres.url(
                    service, f"{service}_runtime"
                ),
            }
            for role, replicas in replicas_of.items():
                processes += [
                    Process(service, role, number, own, folder) for number in range(1, replicas + 1)
                ]
        keeper = Keeper(processes)
        stack.push_async_callback(keeper.stop)
        await keeper.start()
        yield World(
            folder, kafka, postgres, sink, Mailbox(sink, LinkKeys.parse(keys)), issuer, keeper
        )
