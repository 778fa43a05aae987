"""The services beside each other, each of which can be taken away, and its database with it."""

import asyncio
import base64
import os
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from chassis.app import HttpServer, listen
from contracts.events.directory import BureauRecord, BureauUser, ClientRecord, SystemAdmin
from contracts.link_token import LinkKeys, Purpose
from koppla.embedded import cluster
from koppla.gateway import Gateway
from koppla.services import kinds
from koppla.waiting import until
from tests.support.harness import Harness, Running
from tests.support.smtp_sink import SmtpSink

KEYS = "k1:" + base64.b64encode(b"recovery-tests-recovery-tests-12").decode()
ANNA = BureauUser(user_id="anna", name="Anna Ek", email="anna@nord.example", role="bureau_admin")
BO = BureauUser(user_id="bo", name="Bo Ask", email="bo@nord.example", role="consultant")
NORD = BureauRecord(
    bureau_id="nord", org_number="556469-6291", name="Nord Redovisning", users=(ANNA, BO)
)
KPMG = BureauRecord(
    bureau_id="kpmg-1", org_number="556469-6291", name="En av de stora", group="KPMG"
)
PAYROLL = [{"program": "payroll", "access": "read"}]
_QUIET = (
    "SELECT NOT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL AND parked_at IS NULL) q"
)


def client(tenant_id: str, **given: Any) -> ClientRecord:
    eva = SystemAdmin(user_id="eva", name="Eva Åberg", email=f"eva-{tenant_id}@k.example")
    known = {"org_number": "556036-0793", "name": f"Klient {tenant_id}", "system_admins": (eva,)}
    return ClientRecord(tenant_id=tenant_id, **{**known, **given})


class Land:
    """The services that run now, by name, and what people do with them."""

    def __init__(self, harness: Harness, sink: SmtpSink) -> None:
        self.harness = harness
        self.sink = sink
        self.services: dict[str, Running] = {}
        self.urls: dict[str, tuple[str, str]] = {}
        self._stacks: dict[str, AsyncExitStack] = {}
        self._kinds = {kind.name: kind for kind in kinds()}

    async def start(self, name: str) -> None:
        """On the database that it had, or on a fresh one."""
        if name not in self.urls:
            self.urls[name] = await self.harness.database(name)
        given = {
            "public_url": "https://koppla.example",
            "platform_url": "https://platform.example",
            "link_keys": KEYS,
            "sign_in_keys": KEYS,
            "smtp_url": self.sink.url,
            "mail_from": "Koppla <no-reply@koppla.example>",
        }
        kind, stack = self._kinds[name], AsyncExitStack()
        running = self.harness.running(
            name, kind.settings, kind.build, urls=self.urls[name], **given
        )
        self.services[name] = await stack.enter_async_context(running)
        self._stacks[name] = stack

    async def stop(self, name: str) -> None:
        del self.services[name]
        await self._stacks.pop(name).aclose()

    async def drop(self, name: str) -> None:
        """The service's database is lost; `start` then has a migrated one without any row."""
        await self.stop(name)
        del self.urls[name]

    async def rows(self, name: str, sql: str) -> list[dict[str, Any]]:
        return await self.services[name].rows(sql)

    async def quiet(self) -> None:
        """Everybody has taken in what everybody said."""
        seen = 0
        while seen < 2:
            await until(self._is_quiet, 120, every=0.1, what="the services to be quiet")
            seen += 1

    async def _is_quiet(self) -> bool:
        for running in self.services.values():
            assert running.service.consumer is not None
            if any((await running.service.consumer.lag()).values()):
                return False
            if await running.rows(_QUIET) != [{"q": True}]:
                return False
        return True

    async def post(self, name: str, path: str, who: str, *roles: str, body: Any = None) -> Any:
        bureau_id = "nord" if "bureau_admin" in roles else None
        headers = self.harness.bearer(who, *roles, bureau_id=bureau_id)
        answer = await self.services[name].http.post(path, json=body or {}, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def link(self, tenant_id: str) -> str:
        """By a paper form; the link's id."""
        form = {
            "bureau_id": "nord",
            "tenant_id": tenant_id,
            "form_kind": "link_client",
            "signed": True,
            "signed_by": "Åke Öberg",
            "signatory_role": "authorised_signatory",
            "signed_on": "2026-03-25",
            "reference": "ARK-2026-0042",
        }
        made = await self.post("linking", "/v1/paper-forms", "sam", "support_agent", body=form)
        return str(made["link_id"] if "link_id" in made else made["id"])

    async def end(self, link_id: str) -> None:
        await self.post("linking", f"/v1/links/{link_id}/end", "anna", "bureau_admin")

    async def ask(self, tenant_id: str) -> dict[str, Any]:
        body = {"tenant_id": tenant_id, "entry_point": "client_manager"}
        made = await self.post("linking", "/v1/link-requests", "anna", "bureau_admin", body=body)
        return dict(made)

    async def accept(self, request: dict[str, Any]) -> str:
        """By Eva, whose mail has come; the link's id."""
        tenant_id = request["tenant_id"]
        subject, address = UUID(request["id"]), f"eva-{tenant_id}@k.example"
        token = LinkKeys.parse(KEYS).sign(Purpose.DECIDE, subject, 1, "eva", address)
        http = self.services["linking"].http
        headers = {"accept": "application/json"}
        answer = await http.post(f"/l/{token}/accept", json={"confirm": True}, headers=headers)
        assert answer.is_success, answer.text
        [row] = await self.rows(
            "linking", f"SELECT id::text FROM links WHERE request_id = '{request['id']}'"
        )
        return str(row["id"])

    async def exclude(self, bureau_id: str) -> None:
        body = {"kind": "bureau", "value": bureau_id}
        await self.post("linking", "/v1/ops/linking/exclusions", "olle", "ops", body=body)

    async def activate(self, tenant_id: str) -> None:
        body = {"grants": [{"consultant_id": "bo", "permissions": PAYROLL}]}
        path = f"/v1/activation-list/{tenant_id}/activate"
        await self.post("activation", path, "anna", "bureau_admin", body=body)

    @asynccontextmanager
    async def gateway(self) -> AsyncIterator[str]:
        """The address under which commands find the services that run now."""
        bound = listen("127.0.0.1", 0)
        services = [running.service for running in self.services.values()]
        server = HttpServer(Gateway(services, None), bound)
        await server.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            await server.stop()

    async def command(self, work: Callable[[], Any]) -> Any:
        """What one of koppla's commands does, as an operator of these services."""
        async with self.gateway() as url:
            token = self.harness.issuer.token("olle", ["ops"])
            os.environ |= {"KOPPLA_URL": url, "KOPPLA_TOKEN": token}
            try:
                return await asyncio.to_thread(work)
            finally:
                del os.environ["KOPPLA_URL"], os.environ["KOPPLA_TOKEN"]

    async def backup(self, name: str, file: Path, *tables: str) -> None:
        """As docs/recovery.md does; of some tables' rows only where they are named."""
        only = [*(f"--table={table}" for table in tables), *(["--data-only"] if tables else [])]
        await _run(
            "pg_dump", "--format=custom", *only, f"--file={file}", f"--dbname={self._at(name)}"
        )

    async def restore(self, name: str, file: Path) -> None:
        """Into a database of its own, as it was then; the service must be stopped."""
        fresh = f"{name}_{secrets.token_hex(4)}"
        postgres = self.harness.postgres
        admin = await asyncpg.connect(postgres.url("postgres"))
        try:
            await admin.execute(f'CREATE DATABASE "{fresh}" OWNER "{name}_owner"')
        finally:
            await admin.close()
        self.urls[name] = (
            postgres.url(fresh, f"{name}_owner"),
            postgres.url(fresh, f"{name}_runtime"),
        )
        await _run("pg_restore", f"--dbname={self._at(name)}", str(file))

    async def restore_rows(self, name: str, file: Path) -> None:
        """Into the database that is there; the service must be stopped."""
        await _run("pg_restore", "--data-only", f"--dbname={self._at(name)}", str(file))

    def _at(self, name: str) -> str:
        database = self.urls[name][0].split("/")[3].split("?")[0]
        return self.harness.postgres.url(database)

    async def aclose(self) -> None:
        for name in list(self.services):
            await self.stop(name)


async def _run(program: str, *arguments: str) -> None:
    path = cluster.program("postgres").with_name(program)
    process = await asyncio.create_subprocess_exec(
        path, *arguments, stderr=asyncio.subprocess.PIPE, env=cluster.environment()
    )
    _, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()


@asynccontextmanager
async def land(harness: Harness, names: Sequence[str]) -> AsyncIterator[Land]:
    """These services, which know two bureaus and six clients."""
    async with SmtpSink() as sink:
        made = Land(harness, sink)
        try:
            for name in names:
                await made.start(name)
            clients = [client(str(tenant_id)) for tenant_id in range(1, 7)]
            await harness.broker.publish(NORD, KPMG, *clients)
            await made.quiet()
            yield made
        finally:
            await made.aclose()
