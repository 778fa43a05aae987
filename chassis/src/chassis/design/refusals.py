"""Refusals as pages, for people: whatever an app answers with a problem document, its edge too."""

import json
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.design.languages import by_preference
from chassis.problems import MEDIA_TYPE

TEMPLATE = "design/refusal.html"
"""Given: `frame`, the template that it stands in; `kind`, as of `Page`; `way`, (href, text)."""
_HTML = ("text/html", "application/xhtml+xml")
_JSON = ("application/json", "application/problem+json")
_KINDS = {"NOT_FOUND": "missing", "UNAVAILABLE": "failed", "INTERNAL_ERROR": "failed"}

Page = Callable[[Request, int, str], HTMLResponse]
"""Of a status and of a kind: missing, failed, or wrong for all else."""


def form_asked_for(request: Request) -> str | None:
    """html or json, whichever `Accept` names first; None where it names neither."""
    for kind in by_preference(request.headers.get("accept", "")):
        if kind in _HTML:
            return "html"
        if kind in _JSON:
            return "json"
    return None


class RefusalPages:
    """Outside of the edge. below: paths where, with all below them, people get `page` instead."""

    def __init__(self, app: ASGIApp, *, below: str, page: Page) -> None:
        self._app = app
        self._below = below
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._is_below(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if form_asked_for(request) != "html":
            await self._app(scope, receive, send)
            return

        async def page(status: int, code: str) -> Response:
            return self._page(request, status, _KINDS.get(code, "wrong"))

        await with_pages(self._app, scope, receive, send, page)

    def _is_below(self, path: str) -> bool:
        return path == self._below or path.startswith(f"{self._below}/")


async def with_pages(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    page: Callable[[int, str], Awaitable[Response]],
) -> None:
    """Runs the app. In the place of a problem document goes what `page` makes of its status and
    code, with the other headers of the answer: Retry-After, Allow, the request's id."""
    start: Message | None = None
    document = b""

    async def as_page(message: Message) -> None:
        nonlocal start, document
        if message["type"] == "http.response.start" and _is_problem(message):
            start = message
        elif start is None:
            await send(message)
        else:
            document += message.get("body", b"")
            if not message.get("more_body"):
                code: str = json.loads(document)["code"]
                await _instead(await page(start["status"], code), start, send)

    await app(scope, receive, as_page)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE


async def _instead(page: Response, start: Message, send: Send) -> None:
    own = {name for name, _ in page.raw_headers} | {b"content-type"}
    others = [one for one in start["headers"] if one[0].lower() not in own]
    await send({**start, "status": page.status_code, "headers": [*others, *page.raw_headers]})
    await send({"type": "http.response.body", "body": page.body})
