"""A gateway with outages: passes on what it is asked, but for what is away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chassis.app import HttpServer, listen

UNAVAILABLE = {"type": "urn:koppla:problem:unavailable", "status": 503, "code": "UNAVAILABLE"}
_NOT_PASSED = {"host", "content-length", "transfer-encoding", "connection"}


class Outage:
    """away: beginnings of paths that answer as a gateway does whose service is gone. answers: by
    beginning, what is answered instead."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.away: tuple[str, ...] = ()
        self.lost: tuple[str, ...] = ()
        self.answers: dict[str, Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith(self.away or "-"):
            return JSONResponse(UNAVAILABLE, 503)
        for beginning, answer in self.answers.items():
            if path.startswith(beginning):
                return answer
        passed = {name: value for name, value in request.headers.items() if name not in _NOT_PASSED}
        answer = await self._http.request(
            request.method,
            request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            content=await request.body(),
            headers=passed,
        )
        if path.startswith(self.lost or "-") and request.method == "POST":
            # It was done, and nobody learns of it.
            return JSONResponse(UNAVAILABLE, 503)
        headers = {name: value for name, value in answer.headers.items() if name not in _NOT_PASSED}
        return Response(answer.content, answer.status_code, headers)


@asynccontextmanager
async def outage(url: str) -> AsyncIterator[tuple[Outage, str]]:
    """In front of a gateway: it, and where it answers."""
    bound = listen("127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        played = Outage(http)
        server = HttpServer(played, bound)
        await server.start()
        try:
            yield played, f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            await server.stop()
