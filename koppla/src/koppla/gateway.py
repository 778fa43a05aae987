"""One port for all: which path is which service's, which is the API's own, and that every other
one is the portal's.

In containers Caddy does this; the paths are the same.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.app import Service
from chassis.design.refusals import RefusalPages
from chassis.http import new_app, public
from chassis.telemetry import Metrics
from koppla.api import pages
from koppla.api.rendering import refused

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
        "/v1/bureau-searches",
        "/v1/audit",
        "/v1/ops/linking",
        "/l",
        "/blanketter",
        "/static/linking",
    ),
}
"""By service, the paths that are its own, with everything below them."""

OWN: tuple[str, ...] = (
    "/v1",
    "/docs",
    "/openapi.json",
    "/asyncapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
)
"""What is no service's and not the portal's either: the API's documents, how all of it is, and
whatever else is asked of the API, which refuses in its own words."""


class Gateway:
    """The ASGI app in front of all. inbox: the mail sink's app, if there is one. portal: None where
    nobody looks at pages."""

    def __init__(
        self, services: Sequence[Service], inbox: ASGIApp | None, portal: ASGIApp | None = None
    ) -> None:
        self._services = {service.name: service for service in services}
        self._routes = sorted(
            ((path, name) for name, paths in PATHS.items() for path in paths),
            key=lambda route: -len(route[0]),
        )
        self._portal = portal
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
        self._own = own_pages(apps, not_ready, measured)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "/")
        await self._app_of(path, scope)(scope, receive, send)

    def _app_of(self, path: str, scope: Scope) -> ASGIApp:
        for prefix, name in self._routes:
            if _is_below(path, prefix):
                return self._services[name].http
        if self._inbox is not None and _is_below(path, "/inbox"):
            return self._inbox
        if path.startswith("/services/"):
            name, _, rest = path.removeprefix("/services/").partition("/")
            if name in self._services:
                scope["path"] = f"/{rest}"
                scope["raw_path"] = f"/{rest}".encode()
                return self._services[name].http
        if self._portal is None or any(_is_below(path, one) for one in OWN):
            return self._own
        return self._portal


def _is_below(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


def own_pages(
    apps: Sequence[FastAPI],
    not_ready: Callable[[], Awaitable[Mapping[str, str]]],
    measured: Callable[[], Awaitable[bytes]],
) -> FastAPI:
    """What no service answers: the API's documents, and how all of it is.

    apps: the services that are described. not_ready: by part, why. measured: for Prometheus.
    """
    app = new_app("Koppla", None, Metrics("gateway"), openapi_url=None)
    app.include_router(pages.router(apps))
    app.add_middleware(RefusalPages, below="/docs", page=refused)

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

    return app
