"""One port for four services: who answers which path, and what is asked of all of them.

In containers Caddy does this; the paths are the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.app import Service
from chassis.http import new_app, public
from chassis.telemetry import Metrics
from koppla.api import pages

PATHS: Mapping[str, tuple[str, ...]] = {
    "search": ("/v1/client-searches", "/v1/ops/search"),
    "activation": (
        "/v1/activation-list",
        "/v1/consultants",
        "/v1/clients",
        "/v1/sign-ins",
        "/v1/ops/activation",
    ),
    "notifier": ("/v1/ops/notifier",),
    "linking": (
        "/v1/eligibility",
        "/v1/link-requests",
        "/v1/links",
        "/v1/paper-forms",
        "/v1/audit",
        "/v1/ops/linking",
        "/l",
        "/blanketter",
        "/static/linking",
    ),
}
"""By service, the paths that are its own, with everything below them."""

_HOME = """<!doctype html><html lang="sv"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Koppla</title>
<link rel="stylesheet" href="/docs/style.css"><link rel="stylesheet" href="/docs/page.css">
<main><h1>Koppla</h1>
<p>Så får en byrå åtkomst till en klients bokföring.
<span lang="en">How an accounting bureau gets access to a client's books.</span></p>
<ul>{inbox}<li><a href="/docs">API:et, anrop för anrop</a>
<span lang="en">The API, call by call</span> (<a href="/openapi.json">OpenAPI</a>)</li>
<li><a href="/docs/events">Händelserna, ämne för ämne</a>
<span lang="en">The events, topic by topic</span> (<a href="/asyncapi.json">AsyncAPI</a>)</li>
<li><a href="/readyz">Status</a></li></ul></main></html>"""


class Gateway:
    """The ASGI app in front of the services. inbox: the mail sink's app, if there is one."""

    def __init__(self, services: Sequence[Service], inbox: ASGIApp | None) -> None:
        self._services = {service.name: service for service in services}
        self._routes = sorted(
            ((path, name) for name, paths in PATHS.items() for path in paths),
            key=lambda route: -len(route[0]),
        )
        self._inbox = inbox

        async def not_ready() -> dict[str, str]:
            return {
                f"{service.name}.{part}": why
                for service in services
                for part, why in (await service.ready()).items()
            }

        async def measured() -> bytes:
            return b"".join([await service.measured() for service in services])

        apps = [service.http for service in services]
        self._own = own_pages(apps, not_ready, measured, has_inbox=inbox is not None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "/")
        await self._app_of(path, scope)(scope, receive, send)

    def _app_of(self, path: str, scope: Scope) -> ASGIApp:
        for prefix, name in self._routes:
            if path == prefix or path.startswith(prefix + "/"):
                return self._services[name].http
        if self._inbox is not None and (path == "/inbox" or path.startswith("/inbox/")):
            return self._inbox
        if path.startswith("/services/"):
            name, _, rest = path.removeprefix("/services/").partition("/")
            if name in self._services:
                scope["path"] = f"/{rest}"
                scope["raw_path"] = f"/{rest}".encode()
                return self._services[name].http
        return self._own


def own_pages(
    apps: Sequence[FastAPI],
    not_ready: Callable[[], Awaitable[Mapping[str, str]]],
    measured: Callable[[], Awaitable[bytes]],
    *,
    has_inbox: bool,
) -> FastAPI:
    """What no service answers: home page, the API's documents, and how all of it is.

    apps: the services that are described. not_ready: by part, why. measured: for Prometheus.
    """
    app = new_app("Koppla", None, Metrics("gateway"), openapi_url=None)
    app.include_router(pages.router(apps))

    @app.get("/healthz", include_in_schema=False)
    @public
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    @public
    async def readyz() -> JSONResponse:
        wrong = await not_ready()
        return JSONResponse(
            {"status": "not ready" if wrong else "ok", **wrong}, 503 if wrong else 200
        )

    @app.get("/metrics", include_in_schema=False)
    @public
    async def metrics() -> Response:
        return PlainTextResponse(await measured(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/", include_in_schema=False)
    @public
    async def home() -> HTMLResponse:
        link = '<li><a href="/inbox">Inkorg: alla mejl som skickats här</a></li>'
        return HTMLResponse(_HOME.format(inbox=link if has_inbox else ""))

    return app
