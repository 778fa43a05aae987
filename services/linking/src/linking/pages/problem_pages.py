"""Refusals below /l/ as pages, for browsers: also those that no route of ours has a say in, such as
a lost database or a body that is too large; and the way to the page from where only answers go."""

import re

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.design.languages import chosen
from chassis.design.refusals import with_pages
from contracts.link_token import TOKEN_LENGTH
from linking.pages.headers import is_below
from linking.pages.jinja import rendered
from linking.pages.kept import Body
from linking.pages.negotiation import content_type, language, names_html
from linking.words import words

_TEXTS = {
    "NOT_FOUND": "not_found",
    "NOT_A_SYSTEM_ADMIN": "managed_refused",
    "FORBIDDEN": "cross_site",
    "RATE_LIMITED": "too_many",
    "UNAVAILABLE": "unavailable",
    "INTERNAL_ERROR": "unavailable",
}
_WITH_A_WAY_BACK = ("unavailable", "bad_request", "cross_site")
_WITH_WHAT_WAS_TYPED = ("managed_refused", "too_many", "unavailable")
_TOKEN = re.compile(r"/l/([A-Za-z0-9_.~-]{1,200})(?:/|$)")
_ANSWERS = re.compile(r"/l/([A-Za-z0-9_-]{1,200})/(?:accept|decline|end)")
_AROUND = r"[^A-Za-z0-9_-]{0,20}"
_WITH_SIGNS = re.compile(rf"/l/{_AROUND}([A-Za-z0-9_-]{{{TOKEN_LENGTH}}}){_AROUND}")
"""What mail programs take for a part of the address: the dot after it, a bracket, a blank."""


class ProblemPages:
    """Outside of the edge, which answers with problem documents only."""

    def __init__(self, app: ASGIApp, support_email: str | None) -> None:
        self._app = app
        self._support_email = support_email

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_below(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if not names_html(request):
            await self._app(scope, receive, send)
            return
        body = Body(receive)

        async def page(status: int, code: str) -> Response:
            elsewhere = _elsewhere(request)
            if elsewhere is not None:
                return elsewhere
            text = _TEXTS.get(code, "bad_request")
            is_kept = request.method == "POST" and text in _WITH_WHAT_WAS_TYPED
            typed = await body.words(content_type(request)) if is_kept else ""
            return problem(request, status, text, typed, self._support_email)

        await with_pages(self._app, scope, body, send, page)


def _elsewhere(request: Request) -> Response | None:
    """The way to the page, for who looks where answers go, or at an address with signs around it
    that a token can't have."""
    path = request.scope["path"]
    if request.method not in ("GET", "HEAD"):
        return None
    found = _ANSWERS.fullmatch(path) or _WITH_SIGNS.fullmatch(path)
    if found is None or path == f"/l/{found[1]}":
        return None
    lang = chosen(request)
    return RedirectResponse(f"/l/{found[1]}" + (f"?lang={lang}" if lang else ""), 303)


def problem(
    request: Request, status: int, text: str, typed: str, support_email: str | None
) -> HTMLResponse:
    """A page about a link that there is nothing to show of. text: what it says, by its key. typed:
    what was written into the form that was sent."""
    locale = language(request)
    found = _TOKEN.match(request.url.path)
    # The page itself, without repeating what may be made up; after an answer, the link's page.
    looked = request.method in ("GET", "HEAD")
    address = "" if looked else f"/l/{found[1]}" if found else None
    html = rendered(
        "problem.html",
        locale,
        address,
        support_email=support_email,
        title=words(locale)(f"page.{text}_title"),
        body=words(locale)(f"page.{text}_body"),
        typed=typed,
        back=f"/l/{found[1]}?lang={locale}" if found and text in _WITH_A_WAY_BACK else None,
    )
    return HTMLResponse(html, status, {"Content-Language": locale})
