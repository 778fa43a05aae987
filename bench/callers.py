"""Who calls Koppla in a benchmark: counted calls, and the links that were mailed."""

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from contracts.link_token import LinkTokenError
from tests.faults.world import LINK, World

PATIENCE_S = 120.0


@dataclass
class Tally:
    """What was answered. seconds: by call, of each answer. ended: per minute since the start."""

    began: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    minutes: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)


class Caller:
    """Calls as people with tokens do, through routes as the gateway's."""

    def __init__(self, running: World, http: httpx.AsyncClient, tally: Tally) -> None:
        self._world = running
        self._http = http
        self._tally = tally
        self._tokens: dict[str, str] = {}

    async def call(
        self, name: str, method: str, path: str, sub: str = "", role: str = "", bureau: str = "",
        body: object = None,
    ) -> httpx.Response:  # fmt: skip
        """One call; an answer of 400 and above is counted by its code and raised."""
        headers = {"accept": "text/html" if name == "look at the link" else "application/json"}
        if sub:
            headers["authorization"] = f"Bearer {self._token(sub, role, bureau)}"
        began = time.perf_counter()
        try:
            answer = await self._http.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            self._tally.answers[type(error).__name__] += 1
            raise
        ended = time.perf_counter()
        self._tally.seconds[name].append(ended - began)
        self._tally.minutes[int((ended - self._tally.began) // 60)] += 1
        self._tally.answers[f"{answer.status_code // 100}xx"] += 1
        if answer.status_code >= 400:
            self._tally.answers[f"{name}: {answer.text[:120]}"] += 1
            answer.raise_for_status()
        return answer

    def _token(self, sub: str, role: str, bureau: str) -> str:
        if sub not in self._tokens:
            self._tokens[sub] = self._world.issuer.token(
                sub, [role], bureau_id=bureau or None, ttl=86_400
            )
        return self._tokens[sub]


class Letterbox:
    """The links that were mailed; mails are dropped once read, so that memory here stays, too."""

    def __init__(self, running: World) -> None:
        self._world = running
        self._waiting: dict[tuple[UUID, str], asyncio.Future[str]] = {}
        self.mails = 0

    async def link(self, subject: UUID, address: str) -> str:
        """The token of the request's link that went to an address."""
        asked: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[subject, address] = asked
        return await asyncio.wait_for(asked, PATIENCE_S)

    async def read(self) -> None:
        """For ever."""
        sink, keys, early = (
            self._world.sink,
            self._world.mailbox.keys,
            dict[tuple[UUID, str], str](),
        )
        while True:
            taken, sink.received[:] = sink.received[:], []
            self.mails += len(taken)
            for mail in taken:
                if found := LINK.search(mail.text):
                    try:
                        early[keys.verify(found[1]).subject, mail.recipient.casefold()] = found[1]
                    except LinkTokenError:
                        continue
            for asked in [one for one in self._waiting if one in early]:
                waiter = self._waiting.pop(asked)
                if not waiter.done():
                    waiter.set_result(early.pop(asked))
            if len(early) > 20_000:
                early = dict(list(early.items())[-10_000:])
            await asyncio.sleep(0.02)
