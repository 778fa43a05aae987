"""The edge of a service: who may call a route, how large a body may be, what is logged.

Every route says who may call it, by `allow` or `public`; one that says nothing fails at start.
Authentication comes before the body is looked at.
"""

import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import Depends, FastAPI, Request, params
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import api_document, problems
from chassis.auth import Authenticator, Principal
from chassis.problems import Refused, invalid
from chassis.telemetry import Metrics, trace
from contracts.envelope import uuid7
from contracts.fields import IDENTIFIER
from contracts.problem_codes import Code

log = structlog.get_logger("chassis.access")

MAX_BODY = 256 * 1024
"""Bytes of a request's body; far above any honest one."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

F = TypeVar("F", bound=Callable[..., Any])


def allow(*roles: str) -> Callable[[F], F]:
    """Only callers with one of these roles may use the route."""

    def mark(endpoint: F) -> F:
        endpoint.__allowed__ = frozenset(roles)  # type: ignore[attr-defined]
        return endpoint

    return mark


def public(endpoint: F) -> F:
    """Anyone may use the route; what it needs to know of the caller it checks itself."""
    endpoint.__allowed__ = None  # type: ignore[attr-defined]
    return endpoint


def refuses(*codes: Code) -> Callable[[F], F]:
    """The problem codes of the route's own that it may answer, for the API's description.

    Those that every such route has are added: see `api_document`.
    """

    def mark(endpoint: F) -> F:
        endpoint.__refuses__ = codes  # type: ignore[attr-defined]
        return endpoint

    return mark


def answers(example: Mapping[str, Any]) -> Callable[[F], F]:
    """What the route's success looks like, where its model's example would tell another story."""

    def mark(endpoint: F) -> F:
        endpoint.__answers__ = example  # type: ignore[attr-defined]
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """Checks the caller, then the content type, and only then hands the request on."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        if not hasattr(endpoint, "__allowed__"):
            raise TypeError(f"{path} says neither allow(...) nor public")
        self.allowed: frozenset[str] | None = endpoint.__allowed__
        super().__init__(path, endpoint, **api_document.of_route(endpoint, self.allowed, given))

    @property
    def _needs_body(self) -> bool:
        """False where the body may be left out, as in a POST that only says `do it`."""
        return self.body_field is not None and bool(self.body_field.field_info.is_required())

    @property
    def _takes_json(self) -> bool:
        return self.body_field is not None and not isinstance(
            self.body_field.field_info, params.Form
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.scope["route_path"] = self.path_format
            if self.allowed is not None:
                authenticate: Authenticator = request.app.state.authenticator
                principal = await authenticate(request.headers.get("authorization"))
                request.state.principal = principal
                structlog.contextvars.bind_contextvars(caller=principal.sub[:64])
                if not principal.has(*self.allowed):
                    raise Refused(Code.FORBIDDEN)
            _check_address(request)
            _check_length(request)
            if self.body_field is not None:
                # Read here, because FastAPI makes a 400 of whatever is raised while it reads.
                body = await request.body()
                if self._takes_json and (body or self._needs_body):
                    _check_content_type(request)
            return await handle(request)

        return guarded


def _check_address(request: Request) -> None:
    """No NUL reaches a handler: PostgreSQL takes none, so it would end in a 500."""
    if any("\0" in str(value) for value in request.path_params.values()):
        raise Refused(Code.NOT_FOUND)
    for name, value in request.query_params.multi_items():
        if "\0" in name + value:
            known = name if IDENTIFIER.fullmatch(name) else "query"
            raise invalid(known, "must not hold control characters")


def _check_length(request: Request) -> None:
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise _too_large()


def _too_large() -> Refused:
    return Refused(Code.BODY_TOO_LARGE, f"At most {MAX_BODY} bytes")


def _check_content_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, "Send application/json")


async def _principal(request: Request) -> Principal:
    # A coroutine, since FastAPI gives each call of a plain function to a thread.
    principal: Principal = request.state.principal
    return principal


Caller = Annotated[Principal, Depends(_principal)]
"""The caller of a route that says `allow`."""


def new_app(
    title: str,
    authenticator: Authenticator | None,
    metrics: Metrics,
    *,
    openapi_url: str | None = "/openapi.json",
) -> FastAPI:
    """A FastAPI app whose every error is a problem document and whose every route is guarded.

    openapi_url: where its own description lies, None for nowhere.
    """
    app = api_document.DescribedApp(
        title=title,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=api_document.operation_id,
    )
    app.router.route_class = GuardedRoute
    app.state.authenticator = authenticator
    problems.install(app)
    app.add_middleware(Edge, metrics=metrics)
    return app


class Edge:
    """Outermost: request id, trace, body limit, access log by route (never by path: a path may hold
    a link's token), and the last net under unexpected errors."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        # The server leaves the body of an answer to HEAD out; routes know GET only.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        status = 0
        began = time.perf_counter()
        request_id = str(uuid7())

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", []),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        with trace(incoming, request_id=request_id):
            try:
                await self._app(inner, _limited(receive), note)
            except ClientDisconnect:
                # Nobody is there to answer, and nothing of ours went wrong. 499 as in nginx.
                status = status or 499
            except Exception as error:
                if status:
                    raise
                await problems.unexpected(error)(scope, receive, note)
            finally:
                route = inner.get("route_path", "-")
                self._log(route, scope["method"], status or 500, time.perf_counter() - began)
                structlog.contextvars.unbind_contextvars("caller")

    def _log(self, route: str, method: str, status: int, seconds: float) -> None:
        service = self._metrics.service
        known = method if method in _METHODS else "other"
        self._metrics.requests.labels(service, route, known, str(status)).inc()
        self._metrics.request_seconds.labels(service, route).observe(seconds)
        log.info(
            "request",
            service=service,
            method=known,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def _limited(receive: Receive) -> Receive:
    """Counts what comes, since a chunked body does not say its length."""
    seen = 0

    async def count() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY:
            raise _too_large()
        return message

    return count
