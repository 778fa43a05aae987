"""A bureau, its clients and what its people do over HTTP, for this service's tests."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx

from activation.app import build
from activation.settings import ActivationSettings
from contracts.envelope import uuid7
from contracts.events.directory import BureauRecord, BureauUser, ClientRecord
from contracts.events.event import Event, Person
from contracts.events.linking import LinkEnded, LinkEstablished, Route
from koppla.waiting import until
from tests.support.harness import Harness, Running

PLATFORM_URL = "https://platform.example/in?from=koppla"
SIGN_IN_KEYS = "k1:" + base64.b64encode(bytes(range(32))).decode()
KARIN = Person(user_id="karin", name="Karin Åkesson", side="client")
THEN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

READ_BOOKS = {"program": "bookkeeping", "access": "read"}
WRITE_BOOKS = {"program": "bookkeeping", "access": "write"}
READ_PAYROLL = {"program": "payroll", "access": "read"}


def user(user_id: str, role: Any = "consultant", name: str | None = None) -> BureauUser:
    return BureauUser(
        user_id=user_id, name=name or user_id.title(), email=f"{user_id}@b.example", role=role
    )


def bureau(bureau_id: str = "b-1", *users: BureauUser) -> BureauRecord:
    return BureauRecord(
        bureau_id=bureau_id,
        org_number="556036-0793",
        name="Byrån AB",
        users=users or (user("anna", "bureau_admin"), user("bo"), user("eva")),
    )


def client(tenant_id: str, name: str, org_number: str = "556469-6291") -> ClientRecord:
    return ClientRecord(tenant_id=tenant_id, org_number=org_number, name=name)


def linked(
    tenant_id: str = "100001",
    *,
    bureau_id: str = "b-1",
    version: int = 2,
    link_id: UUID | None = None,
    name: str = "Åkeri AB",
    org_number: str = "556469-6291",
    route: Route = "digital",
) -> LinkEstablished:
    return LinkEstablished(
        bureau_id=bureau_id,
        tenant_id=tenant_id,
        version=version,
        link_id=link_id or uuid7(),
        bureau_name="Byrån AB",
        client_name=name,
        route=route,
        client_org_number=org_number,
        established_at=THEN,
        accepted_by=KARIN if route == "digital" else None,
    )


def ended(link: LinkEstablished, *, version: int | None = None) -> LinkEnded:
    return LinkEnded(
        bureau_id=link.bureau_id,
        tenant_id=link.tenant_id,
        version=version or link.version + 1,
        link_id=link.link_id,
        bureau_name=link.bureau_name,
        client_name=link.client_name,
        route=link.route,
        ended_at=THEN,
        ended_by=KARIN,
    )


@dataclass
class Activation:
    """The running service, and how its callers speak with it."""

    harness: Harness
    running: Running
    published: int = 0

    async def publish(self, *events: Event) -> None:
        """Publishes, and waits until the service has taken everything published so far."""
        await self.harness.broker.publish(*events)
        await self.taken(len(events))

    async def taken(self, records: int) -> None:
        """Waits until the service has taken so many more records, dead letters included."""
        self.published += records
        await until(lambda: self._counted() >= self.published, what="the records to be taken")

    def _counted(self) -> int:
        families = self.running.service.metrics.registry.collect()
        samples = [sample for family in families for sample in family.samples]
        return int(sum(s.value for s in samples if s.name == "koppla_records_total"))

    def headers(self, who: str, bureau_id: str | None = "b-1") -> dict[str, str]:
        role = {"anna": "bureau_admin", "platform": "platform"}.get(who, "consultant")
        return self.harness.bearer(who, role, bureau_id=bureau_id)

    async def get(self, path: str, who: str = "anna", **given: Any) -> httpx.Response:
        return await self.running.http.get(path, headers=self.headers(who), **given)

    async def post(self, path: str, body: Any = None, who: str = "anna") -> httpx.Response:
        return await self.running.http.post(path, json=body or {}, headers=self.headers(who))

    async def put(self, path: str, body: Any, who: str = "anna") -> httpx.Response:
        return await self.running.http.put(path, json=body, headers=self.headers(who))

    async def activate(
        self, tenant_id: str = "100001", grants: dict[str, list[dict[str, str]]] | None = None
    ) -> httpx.Response:
        given = [{"consultant_id": c, "permissions": p} for c, p in (grants or {}).items()]
        answer = await self.post(f"/v1/activation-list/{tenant_id}/activate", {"grants": given})
        assert answer.status_code == 200, answer.text
        return answer

    async def listed(self, who: str = "anna", path: str = "/v1/clients") -> list[str]:
        answer = await self.get(path, who)
        assert answer.status_code == 200, answer.text
        return [item["tenant_id"] for item in answer.json()["items"]]

    async def sign_in(self, who: str, tenant_id: str = "100001", **body: str) -> httpx.Response:
        return await self.post(f"/v1/clients/{tenant_id}/sign-in", body, who)

    async def token(self, who: str, tenant_id: str = "100001", **body: str) -> str:
        answer = await self.sign_in(who, tenant_id, **body)
        assert answer.status_code == 200, answer.text
        return parse_qs(urlsplit(answer.json()["url"]).query)["token"][0]

    async def redeem(self, token: str) -> httpx.Response:
        return await self.post("/v1/sign-ins/redeem", {"token": token}, "platform")


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Asserts the refusal and that it is a problem document."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@asynccontextmanager
async def activation_service(harness: Harness, **given: Any) -> AsyncIterator[Activation]:
    settings = {"platform_url": PLATFORM_URL, "sign_in_keys": SIGN_IN_KEYS, **given}
    async with harness.running("activation", ActivationSettings, build, **settings) as running:
        yield Activation(harness, running)
