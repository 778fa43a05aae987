"""The clients: people who go through the whole life of a link, again and again, and who try again
when nobody answers, as people and their browsers do."""

import asyncio
import hashlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
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

Client = httpx.AsyncClient
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
    linked_now: list[Pair] = field(default_factory=list)

    async def run(self) -> None:
        """When it is told to stop, it leaves some pairs linked: the judge looks at those, too."""
        while not self.stopping.is_set():
            pair = self.random.choice(self.pairs)
            if pair in self.linked_now:
                await self.work(pair)
            else:
                await self.story(pair)
            await asyncio.sleep(self.random.uniform(0, self.pace))

    @asynccontextmanager
    async def at_work(self, pair: Pair) -> AsyncIterator[tuple[Client, Client]]:
        """HTTP clients of the bureau's admin and of somebody who has a mailed link."""
        admin = self.world.client(pair.admin, "bureau_admin", bureau_id=pair.bureau.bureau_id)
        async with admin as bureau, self.world.client("nobody") as nobody:
            yield bureau, nobody

    async def story(self, pair: Pair) -> None:
        """One request of a pair to its end; the pair is unlinked before and after."""
        async with self.at_work(pair) as (bureau, nobody):
            request = await self.ask(pair, bureau)
            end = self.random.choices(
                (self.decline, self.cancel, self.accept), weights=(1, 1, 4), k=1
            )[0]
            if self.random.random() < 0.15:
                await self.resend(pair, request, bureau)
            if await end(pair, request, bureau, nobody):
                await self.linked(pair, bureau)

    async def whole_way(self, pair: Pair) -> None:
        """From the request to the activation list, and back to where it was."""
        async with self.at_work(pair) as (bureau, nobody):
            request = await self.ask(pair, bureau)
            await self.accept(pair, request, bureau, nobody)
            await self.listed(pair, bureau)
            await self.end(pair, bureau)

    async def ask(self, pair: Pair, bureau: Client) -> UUID:
        """Asks; now and then by two browsers at once, of which one must win."""
        body = {"tenant_id": pair.client.tenant_id, "entry_point": "client_manager"}
        admins = [one.user_id for one in pair.client.system_admins]

        async def once() -> httpx.Response:
            key = str(uuid4())
            return await self.act(
                "create",
                pair,
                lambda: bureau.post("/v1/link-requests", json=body, headers=_once(key)),
                fair=("DUPLICATE_REQUEST",),
                admins=admins,
            )

        answers = await asyncio.gather(*(once() for _ in range(self._twice())))
        made = [answer.json()["id"] for answer in answers if answer.status_code < 300]
        if len(made) != 1:
            raise Surprised(f"{len(made)} requests came of one story: {pair.ids}")
        return UUID(made[0])

    async def accept(self, pair: Pair, request: UUID, bureau: Client, nobody: Client) -> bool:
        """An admin accepts; now and then both at once, of whom one must win."""
        admins = self.random.sample(pair.client.system_admins, self._twice())
        began = time.monotonic()
        tokens = [await self.mailed(pair, request, admin.email, bureau) for admin in admins]
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

    async def decline(self, pair: Pair, request: UUID, bureau: Client, nobody: Client) -> bool:
        admin = self.random.choice(pair.client.system_admins)
        token = await self.mailed(pair, request, admin.email, bureau)
        await self.act(
            "decline",
            pair,
            lambda: nobody.post(f"/l/{token}/decline", json={"message": "Nej tack"}),
            request_id=str(request),
        )
        return False

    async def cancel(self, pair: Pair, request: UUID, bureau: Client, nobody: Client) -> bool:
        await self.act(
            "cancel",
            pair,
            lambda: bureau.post(f"/v1/link-requests/{request}/cancel"),
            request_id=str(request),
        )
        return False

    async def linked(self, pair: Pair, bureau: Client) -> None:
        """From the activation list to sign-in; most links end then, some stay for a while."""
        tenant = pair.client.tenant_id
        began = time.monotonic()
        await self.listed(pair, bureau)
        self.figures.listed.append(time.monotonic() - began)
        programs = [self.random.choice(PROGRAMS)]
        grants = [{"consultant_id": pair.consultant, "permissions": _permissions(programs)}]
        await self.act(
            "activate",
            pair,
            lambda: bureau.post(f"/v1/activation-list/{tenant}/activate", json={"grants": grants}),
            programs=programs,
        )
        if self.random.random() < 0.5:
            await self.permit(pair, bureau)
        await self.sign_in(pair)
        if self.random.random() < 0.3:
            self.linked_now.append(pair)
        else:
            await self.end(pair, bureau)

    async def work(self, pair: Pair) -> None:
        """What a bureau does with a client that it has: permissions, sign-in, some day the end."""
        async with self.at_work(pair) as (bureau, _):
            await self.permit(pair, bureau)
            await self.sign_in(pair)
            if self.random.random() < 0.5:
                await self.end(pair, bureau)
                self.linked_now.remove(pair)

    async def permit(self, pair: Pair, bureau: Client) -> None:
        programs = self.random.sample(PROGRAMS, 2)
        at = f"/v1/clients/{pair.client.tenant_id}/consultants/{pair.consultant}"
        body = {"permissions": _permissions(programs)}
        await self.act("permit", pair, lambda: bureau.put(at, json=body), programs=programs)

    async def end(self, pair: Pair, bureau: Client) -> None:
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
        consultant = self.world.client(
            pair.consultant, "consultant", bureau_id=pair.bureau.bureau_id
        )
        async with consultant as http, self.world.client("platform", "platform") as platform:
            handed = await self.act(
                "sign_in", pair, lambda: http.post(f"/v1/clients/{pair.client.tenant_id}/sign-in")
            )
            token = handed.json()["url"].partition("token=")[2]
            which = hashlib.sha256(token.encode()).hexdigest()[:16]
            # Good once: where the first answer was lost, or came late, it is spent.
            await self.act(
                "redeem",
                pair,
                lambda: platform.post("/v1/sign-ins/redeem", json={"token": token}),
                fair=("SIGN_IN_SPENT",),
                token=which,
            )

    async def mailed(self, pair: Pair, request: UUID, address: str, bureau: Client) -> str:
        """The token of a mailed link; where the mail is refused for good, the bureau sees it and
        sends the request again."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for _ in range(20):
                if token := self.world.mailbox.token(request, address):
                    return token
                await asyncio.sleep(0.1)
            if await self._refused(request, bureau):
                await self.resend(pair, request, bureau)
        raise Surprised(f"no mail of {request} to {address} in {PATIENCE:g} s")

    async def _refused(self, request: UUID, bureau: Client) -> bool:
        try:
            answer = await bureau.get(f"/v1/link-requests/{request}")
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            return False
        return any(one["mail"] == "failed" for one in answer.json()["recipients"])

    async def resend(self, pair: Pair, request: UUID, bureau: Client) -> None:
        once = _once(str(uuid4()))
        await self.act(
            "resend",
            pair,
            lambda: bureau.post(f"/v1/link-requests/{request}/resend", headers=once),
            request_id=str(request),
        )

    async def listed(self, pair: Pair, bureau: Client) -> None:
        await self._shown(pair, bureau, "/v1/activation-list", True)

    async def unlisted(self, pair: Pair, bureau: Client) -> None:
        await self._shown(pair, bureau, "/v1/clients?limit=200", False)

    async def _shown(self, pair: Pair, bureau: Client, path: str, wanted: bool) -> None:
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


def _once(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


def _permissions(programs: Sequence[str]) -> list[dict[str, str]]:
    return [{"program": program, "access": "write"} for program in programs]


def _code(answer: httpx.Response) -> str:
    try:
        return f"{answer.json()['code']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code}"
