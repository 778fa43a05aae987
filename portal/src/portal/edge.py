"""Around every page: headers that hold browsers to what a page needs, and the last net."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class PageHeaders:
    """forms_lead_to: origins to which a form's answer may redirect, beside our own. A browser
    holds redirects of a form to the page's policy, so a sign-in to the platform must be named."""

    def __init__(self, app: ASGIApp, forms_lead_to: tuple[str, ...]) -> None:
        self._app = app
        actions = " ".join(["'self'", *forms_lead_to])
        self._headers = {
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
                f" img-src 'self' data:; form-action {actions}; base-uri 'none';"
                " frame-ancestors 'none'"
            ),
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            # Names and numbers of clients: in no cache, and not shown by Back after signing out.
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
            "Vary": "Cookie, Accept-Language",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class LastNet:
    """What nobody expected becomes a page that says so, and a line in the log that says why."""

    def __init__(self, app: ASGIApp, page: Callable[[Request], Awaitable[Response]]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note)
        except ClientDisconnect:
            raise
        except Exception as error:
            log.exception("unexpected_error", exc_info=error)
            if started:
                raise
            response = await self._page(Request(scope))
            await response(scope, receive, send)
        finally:
            # For log and metrics, which go by routes: an address may hold whom somebody searched.
            if (route := scope.get("route")) is not None:
                scope["route_path"] = route.path_format
