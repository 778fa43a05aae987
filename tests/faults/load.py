"""The clients: people who go through the whole life of a link, again and again, and who try again
when nobody answers, as people and their browsers do."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from koppla.waiting import until
from tests.faults.cast import Pair
from tests.faults.history import History
from tests.faults.world import World

PATIENCE = 600.0
"""Seconds until a worker calls what does not come lost."""
PROGRAMS = ("bookkeeping", "invoicing", "payroll", "annual_accounts", "documents")

Call = Callable[[], Awaitable[httpx.Response]]


class Surprised(AssertionError):
    """An answer that fits no state that the pair can be in."""


@dataclass
class Figures:
    """seconds from an answered accept to the activation list, and of an answered create to its
    mails, under faults."""

    listed: list[float] = field(default_factory=list)
    mailed: list[float] = field(default_factory=list)


@dataclass
class Worker:
    """Plays its pairs, one story after another, until it is told to stop."""

    world: World
    history: History
    figures: Figures
    pairs: Sequence[Pair]
    random: random.Random
    stopping: asyncio.Event
    pace: float = 0.2

    async def run(self) -> None:
        while not self.stopping.is_set():
            await self.story(self.random.choice(self.pairs))
            await asyncio.sleep(self.random.uniform(0, self.pace))

    async def story(self, pair: Pair) -> None:
        """One request of a pair to its end; the pair is unlinked before and after."""
        admin = self.world.client(pair.admin, "bureau_admin", **_of_bureau(pair))
        async with admin as bureau, self.world.client("nobody") as nobody:
            request = await self.ask(pair, bureau)
            end = self.random.choices(
                (self.decline, self.cancel, self.accept), weights=(1, 1, 4), k=1
            )[0]
            if self.random.random() < 0.15:
                once = _once(str(uuid4()))
                await self.act(
                    "resend",
                    pair,
                    lambda: bureau.post(f"/v1/link-requests/{request}/resend", headers=once),
                    request_id=str(request),
                )
            if await end(pair, request, bureau, nobody):
                await self.linked(pair, bureau)

    async def whole_way(self, pair: Pair) -> None:
        """From the request to the activation list, and back to where it was."""
        admin = self.world.client(pair.admin, "bureau_admin", **_of_bureau(pair))
        async with admin as bureau, self.world.client("nobody") as nobody:
            request = await self.ask(pair, bureau)
            await self.accept(pair, request, bureau, nobody)
            await self.listed(pair, bureau)
            await self.end(pair, bureau)

    async def ask(self, pair: Pair, bureau: httpx.AsyncClient) -> UUID:
        """Asks; now and then by two browsers at once, of which one must win."""
        body = {"tenant_id": pair.client.tenant_id, "entry_point": "client_manager"}

        async def once() -> httpx.Response:
            key = str(uuid4())
            return await self.act(
                "create",
                pair,
                lambda: bureau.post("/v1/link-requests", json=body, headers=_once(key)),
                fair=("DUPLICATE_REQUEST",),
            )

        answers = await asyncio.gather(*(once() for _ in range(self._twice())))
        made = [answer.json()["id"] for answer in answers if answer.status_code < 300]
        if len(made) != 1:
            raise Surprised(f"{len(made)} requests came of one story: {pair.ids}")
        return UUID(made[0])

    async def accept(
        self, pair: Pair, request: UUID, bureau: httpx.AsyncClient, nobody: httpx.AsyncClient
    ) -> bool:
        """An admin accepts; now and then both at once, of whom one must win."""
        admins = self.random.sample(pair.client.system_admins, self._twice())
        began = time.monotonic()
        tokens = [await self.mailed(request, admin.email) for admin in admins]
        self.figures.mailed.append(time.monotonic() - began)
        answers = await asyncio.gather(
            *(
                self.act(
                    "accept",
                    pair,
                    lambda token=token: nobody.post(f"/l/{token}/accept", json={"confirm": True}),  # type: ignore[misc]
                    fair=("ALREADY_DECIDED",) if len(admins) > 1 else (),
                    request_id=str(request),
                    user_id=admin.user_id,
                )
                for admin, token in zip(admins, tokens, strict=True)
            )
        )
        if sum(answer.status_code < 300 for answer in answers) != 1:
            raise Surprised(f"not one winner of {len(admins)}: {request}")
        return True

    async def decline(
        self, pair: Pair, request: UUID, bureau: httpx.AsyncClient, nobody: httpx.AsyncClient
    ) -> bool:
        admin = self.random.choice(pair.client.system_admins)
        token = await self.mailed(request, admin.email)
        await self.act(
            "decline",
            pair,
            lambda: nobody.post(f"/l/{token}/decline", json={"message": "Nej tack"}),
            request_id=str(request),
        )
        return False

    async def cancel(
        self, pair: Pair, request: UUID, bureau: httpx.AsyncClient, nobody: httpx.AsyncClient
    ) -> bool:
        await self.act(
            "cancel",
            pair,
            lambda: bureau.post(f"/v1/link-requests/{request}/cancel"),
            request_id=str(request),
        )
        return False

    async def linked(self, pair: Pair, bureau: httpx.AsyncClient) -> None:
        """From the activation list to sign-in, and the link's end."""
        tenant = pair.client.tenant_id
        began = time.monotonic()
        await self.listed(pair, bureau)
        self.figures.listed.append(time.monotonic() - began)
        programs = self.random.sample(PROGRAMS, 2)
        grants = [{"consultant_id": pair.consultant, "permissions": _permissions(programs[:1])}]
        await self.act(
            "activate",
            pair,
            lambda: bureau.post(f"/v1/activation-list/{tenant}/activate", json={"grants": grants}),
            programs=programs[:1],
        )
        if self.random.random() < 0.5:
            await self.act(
                "permit",
                pair,
                lambda: bureau.put(
                    f"/v1/clients/{tenant}/consultants/{pair.consultant}",
                    json={"permissions": _permissions(programs)},
                ),
                programs=programs,
            )
        await self.sign_in(pair)
        await self.end(pair, bureau)

    async def end(self, pair: Pair, bureau: httpx.AsyncClient) -> None:
        tenant = pair.client.tenant_id
        found = await self.act(
            "find_link", pair, lambda: bureau.get(f"/v1/links?tenant_id={tenant}&status=active")
        )
        (link,) = found.json()["items"]
        await self.act(
            "end", pair, lambda: bureau.post(f"/v1/links/{link['id']}/end"), link_id=link["id"]
        )
        await self.unlisted(pair, bureau)

    async def sign_in(self, pair: Pair) -> None:
        consultant = self.world.client(pair.consultant, "consultant", **_of_bureau(pair))
        async with consultant as http, self.world.client("platform", "platform") as platform:
            handed = await self.act(
                "sign_in", pair, lambda: http.post(f"/v1/clients/{pair.client.tenant_id}/sign-in")
            )
            token = handed.json()["url"].partition("token=")[2]
            # Good once: where the first answer was lost, or came late, it is spent.
            await self.act(
                "redeem",
                pair,
                lambda: platform.post("/v1/sign-ins/redeem", json={"token": token}),
                fair=("SIGN_IN_SPENT",),
            )

    async def mailed(self, request: UUID, address: str) -> str:
        return await until(
            lambda: self.world.mailbox.token(request, address) or "",
            PATIENCE,
            every=0.1,
            what=f"the mail of {request}",
        )

    async def listed(self, pair: Pair, bureau: httpx.AsyncClient) -> None:
        await self._shown(pair, bureau, "/v1/activation-list", True)

    async def unlisted(self, pair: Pair, bureau: httpx.AsyncClient) -> None:
        await self._shown(pair, bureau, "/v1/clients?limit=200", False)

    async def _shown(self, pair: Pair, bureau: httpx.AsyncClient, path: str, wanted: bool) -> None:
        async def shown() -> bool:
            try:
                answer = await bureau.get(path)
            except httpx.TransportError:
                return False
            if answer.status_code != 200:
                return False
            tenants = {item["tenant_id"] for item in answer.json()["items"]}
            return (pair.client.tenant_id in tenants) is wanted

        what = f"{pair.ids} {'in' if wanted else 'out of'} {path}"
        await until(shown, PATIENCE, every=0.2, what=what)

    async def act(
        self, name: str, pair: Pair, call: Call, *, fair: Sequence[str] = (), **about: Any
    ) -> httpx.Response:
        """One thing that a person wants: every try is an operation of the history; what stays
        unanswered is tried again. fair: codes that are an answer too. Raises Surprised."""
        deadline = time.monotonic() + PATIENCE
        while True:
            operation = self.history.invoke(name, **pair.ids, **about)
            try:
                answer = await call()
            except httpx.TransportError as error:
                self.history.settle(operation, "unknown", type(error).__name__)
            else:
                code = _code(answer)
                if answer.status_code < 300:
                    self.history.settle(operation, "ok", answer=answer.json())
                    return answer
                if answer.status_code < 500:
                    self.history.settle(operation, "failed", code)
                    if code in fair:
                        return answer
                    raise Surprised(f"{name} of {pair.ids} {about}: {code}")
                self.history.settle(operation, "unknown", code)
            if time.monotonic() > deadline:
                raise Surprised(f"{name} of {pair.ids}: no answer in {PATIENCE:g} s")
            await asyncio.sleep(self.random.uniform(0.05, 0.5))

    def _twice(self) -> int:
        return 2 if self.random.random() < 0.25 else 1


def _of_bureau(pair: Pair) -> dict[str, str]:
    return {"bureau_id": pair.bureau.bureau_id}


def _once(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


def _permissions(programs: Sequence[str]) -> list[dict[str, str]]:
    return [{"program": program, "access": "write"} for program in programs]


def _code(answer: httpx.Response) -> str:
    try:
        return f"{answer.json()['code']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code}"
