"""One client's way from search to sign-in, as its people go it: every step is tried again while
the platform is down, as a person would, and with the same idempotency key."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import httpx

from koppla.waiting import until

DEADLINE = 180.0


class Running(Protocol):
    """Where it goes. starts: how often it was started, after which a sign-in may be stale."""

    url: str
    starts: int

    def client(self, sub: str, *roles: str, bureau_id: str | None = None) -> httpx.AsyncClient: ...


class Mail(Protocol):
    """What somebody got."""

    @property
    def recipient(self) -> str: ...
    @property
    def text(self) -> str: ...


class Mails(Protocol):
    """Where mails arrive."""

    @property
    def received(self) -> Sequence[Mail]: ...


@dataclass(frozen=True)
class Pair:
    """A bureau that asks and a client that will accept, as the imported files describe them."""

    bureau: dict[str, Any]
    client: dict[str, Any]

    @property
    def bureau_admin(self) -> dict[str, Any]:
        return next(user for user in self.bureau["users"] if user["role"] == "bureau_admin")

    @property
    def addresses(self) -> list[str]:
        return [admin["email"] for admin in self.client["system_admins"]]


@dataclass
class Journey:
    """What was answered on the way of one pair."""

    platform: Running
    sink: Mails
    pair: Pair
    on_accepted: Callable[[], None] = lambda: None
    key: str = field(default_factory=lambda: str(uuid4()))
    request: dict[str, Any] = field(default_factory=dict)
    signed_in: dict[str, Any] = field(default_factory=dict)

    async def go(self) -> None:
        tenant = self.pair.client["tenant_id"]
        admin = self.pair.bureau_admin["user_id"]
        bureau = self.pair.bureau["bureau_id"]
        async with self.platform.client(admin, "bureau_admin", bureau_id=bureau) as http:
            found = await self._done(
                lambda: http.post("/v1/client-searches", json={"tenant_id": tenant}),
                lambda answer: bool(answer.json()["items"]),
            )
            assert [item["tenant_id"] for item in found["items"]] == [tenant]
            self.request = await self._done(
                lambda: http.post(
                    "/v1/link-requests",
                    json={"tenant_id": tenant, "entry_point": "client_manager"},
                    headers={"idempotency-key": self.key},
                )
            )
            link = await self._mailed_link()
            await self._accept(link)
            self.on_accepted()
            await self._done(
                lambda: http.get("/v1/activation-list"),
                lambda answer: tenant in {item["tenant_id"] for item in answer.json()["items"]},
            )
            grants = [
                {
                    "consultant_id": admin,
                    "permissions": [{"program": "bookkeeping", "access": "write"}],
                }
            ]
            await self._done(
                lambda: http.post(f"/v1/activation-list/{tenant}/activate", json={"grants": grants})
            )
            while not self.signed_in:
                await self._sign_in(http, tenant)

    async def _sign_in(self, http: httpx.AsyncClient, tenant: str) -> None:
        """One click; the consultant clicks again where its answer was lost."""
        handed = await self._done(
            lambda: http.post(f"/v1/clients/{tenant}/sign-in", json={"program": "bookkeeping"})
        )
        await self._redeem(handed["url"].partition("token=")[2])

    async def _mailed_link(self) -> str:
        """The link of the first admin, once every admin has got her mail."""
        wanted = {address.casefold() for address in self.pair.addresses}

        def arrived() -> dict[str, str]:
            links = {
                mail.recipient.casefold(): link
                for mail in self.sink.received
                if mail.recipient.casefold() in wanted
                and (link := link_of(mail.text, self.platform.url))
                and self.pair.bureau["name"] in mail.text
                and self.pair.client["name"] in mail.text
            }
            return links if links.keys() == wanted else {}

        links = await until(arrived, DEADLINE, every=0.2, what=f"mails to {wanted}")
        return links[self.pair.addresses[0].casefold()]

    async def _accept(self, link: str) -> None:
        async with self.platform.client("nobody") as http:
            answer = await self._done(
                lambda: http.post(
                    f"{link}/accept",
                    json={"confirm": True},
                    headers={"accept": "application/json"},
                )
            )
        assert answer["status"] == "accepted"

    async def _redeem(self, token: str) -> None:
        """Not tried again: it is good once. Only where the platform was killed meanwhile, or is
        not all there, may the answer be lost, or the sign-in stale."""
        starts = self.platform.starts
        async with self.platform.client("platform", "platform") as http:
            try:
                answer = await http.post("/v1/sign-ins/redeem", json={"token": token})
            except httpx.TransportError:
                return
        if answer.status_code == 503:
            return
        if answer.status_code == 410 and self.platform.starts != starts:
            return
        assert answer.status_code == 200, answer.text
        self.signed_in = answer.json()
        assert self.signed_in["tenant_id"] == self.pair.client["tenant_id"]
        assert self.signed_in["user_id"] == self.pair.bureau_admin["user_id"]
        assert self.signed_in["programs"] == ["bookkeeping"]

    async def _done(
        self,
        step: Callable[[], Awaitable[httpx.Response]],
        satisfied: Callable[[httpx.Response], bool] = lambda _: True,
    ) -> dict[str, Any]:
        async def tried() -> dict[str, Any] | None:
            try:
                answer = await step()
            except httpx.TransportError:
                return None
            if answer.status_code == 503:
                return None
            # The directory reaches each service in its own time.
            if answer.status_code == 403 and answer.json().get("code") == "FORBIDDEN":
                return None
            if answer.status_code == 404 and answer.json().get("code") == "CLIENT_NOT_FOUND":
                return None
            assert answer.status_code < 300, (answer.status_code, answer.text)
            return {"_": True, **answer.json()} if satisfied(answer) else None

        done = await until(tried, DEADLINE, every=0.2, what=str(self.pair.client["tenant_id"]))
        return dict(done or {})


def link_of(text: str, url: str) -> str | None:
    found = re.search(re.escape(url) + r"/l/[A-Za-z0-9_-]+", text)
    return found[0] if found else None


def pairs(folder: Path, number: int) -> list[Pair]:
    """So many pairs of an eligible bureau and a client with admins; no client twice."""
    clients = [json.loads(line) for line in (folder / "clients.jsonl").read_text().splitlines()]
    bureaus = [json.loads(line) for line in (folder / "bureaus.jsonl").read_text().splitlines()]
    eligible = [
        bureau
        for bureau in bureaus
        if not bureau["multi_company_setup"]
        and not bureau["group"]
        and any(user["role"] == "bureau_admin" for user in bureau["users"])
    ]
    numbers: set[str] = set()
    reachable = []
    # Tenants of one number share an admin: one of them only, so that mails can be told apart.
    for client in clients:
        if client["system_admins"] and client["org_number"] not in numbers:
            numbers.add(client["org_number"])
            reachable.append(client)
    step = max(1, len(reachable) // number)
    return [
        Pair(eligible[index % len(eligible)], client)
        for index, client in enumerate(reachable[::step][:number])
    ]
