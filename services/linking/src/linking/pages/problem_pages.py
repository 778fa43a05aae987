"""Refusals below /l/ as pages, for browsers: also those that no route of ours has a say in, such as
a lost database, a body that is too large, or an address that only takes answers."""

import json
import re

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import MEDIA_TYPE
from contracts.fields import Locale
from linking.pages.jinja import rendered
from linking.pages.negotiation import language, names_html
from linking.words import words

_TEXTS = {
    "NOT_FOUND": "not_found",
    "NOT_A_SYSTEM_ADMIN": "managed_refused",
    "RATE_LIMITED": "too_many",
    "METHOD_NOT_ALLOWED": "answers_only",
    "UNAVAILABLE": "unavailable",
    "INTERNAL_ERROR": "unavailable",
}
_WITH_A_WAY_BACK = ("answers_only", "unavailable", "bad_request")
_TOKEN = re.compile(r"/l/([A-Za-z0-9_.~-]{1,200})(?:/|$)")


class ProblemPages:
    """Outside of the edge, which answers with problem documents only."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/l/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if not names_html(request):
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
                    await _send(problem(request, start["status"], document), start, send)

        await self._app(scope, receive, as_page)


def problem(request: Request, status: int, document: bytes) -> HTMLResponse:
    """A page about a link that there is nothing to show of. document: the problem's, as JSON."""
    locale = language(request)
    text = _TEXTS.get(json.loads(document)["code"], "bad_request")
    looked = request.method in ("GET", "HEAD") and request.url.path.count("/") == 2
    html = rendered(
        "problem.html",
        locale,
        "" if looked else None,  # the page itself, without repeating what may be made up
        title=words(locale)(f"page.{text}_title"),
        body=words(locale)(f"page.{text}_body"),
        back=_back(request, locale) if text in _WITH_A_WAY_BACK else None,
    )
    return HTMLResponse(html, status, {"Content-Language": locale})


def _back(request: Request, locale: Locale) -> str | None:
    found = _TOKEN.match(request.url.path)
    return f"/l/{found[1]}?lang={locale}" if found else None


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE


async def _send(page: HTMLResponse, start: Message, send: Send) -> None:
    """The page with the document's other headers: Retry-After, Allow, the request's id."""
    own = {name for name, _ in page.raw_headers}
    others = [one for one in start["headers"] if one[0].lower() not in own]
    await send({**start, "headers": [*others, *page.raw_headers]})
    await send({"type": "http.response.body", "body": page.body})
