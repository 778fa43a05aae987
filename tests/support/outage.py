"""A gateway with outages: passes on what it is asked, but for what is away."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from chassis.app import HttpServer, listen
from chassis.settings import load
from koppla.demo_people import DirectoryDemo
from koppla.profile import portal_settings_of
from portal.app import opened
from portal.settings import PortalSettings
from portal.sign_in.demo import Demo

UNAVAILABLE = {"type": "urn:koppla:problem:unavailable", "status": 503, "code": "UNAVAILABLE"}
_NOT_PASSED = {"host", "content-length", "transfer-encoding", "connection"}


class Outage:
    """away: beginnings of paths that answer as a gateway does whose service is gone. answers: by
    beginning, what is answered instead. before: by beginning, what happens before it is passed on,
    once."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.away: tuple[str, ...] = ()
        self.lost: tuple[str, ...] = ()
        self.answers: dict[str, Response] = {}
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        for beginning in [one for one in self.before if path.startswith(one)]:
            await self.before.pop(beginning)()
        if path.startswith(self.away or "-"):
            return JSONResponse(UNAVAILABLE, 503)
        for beginning, answer in self.answers.items():
            if path.startswith(beginning):
                return answer
        passed = {name: value for name, value in request.headers.items() if name not in _NOT_PASSED}
        done = await self._http.request(
            request.method,
            request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            content=await request.body(),
            headers=passed,
        )
        if path.startswith(self.lost or "-") and request.method == "POST":
            # It was done, and nobody learns of it.
            return JSONResponse(UNAVAILABLE, 503)
        headers = {name: value for name, value in done.headers.items() if name not in _NOT_PASSED}
        return Response(done.content, done.status_code, headers)


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


@asynccontextmanager
async def portal_before(
    gateway: str, folder: Path, demo: Demo | None = None, **more: str
) -> AsyncIterator[str]:
    """A portal of its own on a run's folder: where it answers. gateway: what it asks. more: of its
    settings."""
    bound = listen("127.0.0.1", 0)
    url = f"http://localhost:{bound.getsockname()[1]}"
    given = {**portal_settings_of(url, folder), "portal_gateway_url": gateway, **more}
    settings = load(PortalSettings, **given)
    async with opened(settings, demo or DirectoryDemo(folder)) as app:
        server = HttpServer(app, bound)
        await server.start()
        try:
            yield url
        finally:
            await server.stop()
