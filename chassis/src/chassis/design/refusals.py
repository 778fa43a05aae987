"""Refusals as pages, for people: whatever an app answers with a problem document, its edge too."""

import json
from collections.abc import Callable

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
                    kind = _KINDS.get(json.loads(document)["code"], "wrong")
                    await instead(self._page(request, start["status"], kind), start, send)

        await self._app(scope, receive, as_page)

    def _is_below(self, path: str) -> bool:
        return path == self._below or path.startswith(f"{self._below}/")


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE


async def instead(page: Response, start: Message, send: Send) -> None:
    """Sends a page with the other headers of the answer that it replaces: Retry-After, Allow, the
    request's id."""
    own = {name for name, _ in page.raw_headers} | {b"content-type"}
    others = [one for one in start["headers"] if one[0].lower() not in own]
    await send({**start, "status": page.status_code, "headers": [*others, *page.raw_headers]})
    await send({"type": "http.response.body", "body": page.body})
