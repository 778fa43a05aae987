"""GET /inbox: what a mail client would show; GET /inbox/messages: the same for programs."""

from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from chassis.design.assets import Assets, stylesheet
from chassis.design.catalogue import texts
from chassis.design.environment import environment, words
from chassis.design.languages import language, remember, switch
from chassis.design.refusals import TEMPLATE, RefusalPages
from chassis.http import new_app, public
from chassis.problems import Refused
from chassis.telemetry import Metrics
from contracts.problem_codes import Code
from koppla.inbox.mailbox import Mail, Mailbox

_PER_PAGE = 30
"""Mails, so that the list stays under 50 kB."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self';"
        " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Cookie, Accept-Language",
}
_MAIL_HEADERS = {
    # The mail itself may use inline styles, and its links open outside of our page's frame.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self';"
        " sandbox allow-popups allow-top-navigation-by-user-activation"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
}
# Mails hold links that let somebody accept.
_NEVER_KEPT = {"Cache-Control": "no-store"}


def new_inbox(mailbox: Mailbox) -> FastAPI:
    app = new_app("Koppla inbox", None, Metrics("inbox"))
    app.openapi_url = None
    pages = _Pages()

    @app.get("/inbox", include_in_schema=False)
    @public
    async def inbox(
        request: Request,
        to: Annotated[str | None, Query(max_length=254)] = None,
        page: Annotated[int, Query(ge=1, le=1000)] = 1,
    ) -> HTMLResponse:
        mails = await mailbox.newest(to, _PER_PAGE + 1, (page - 1) * _PER_PAGE)

        def address(number: int) -> str:
            return "/inbox?" + urlencode({**({"to": to} if to else {}), "page": number})

        return pages.page(
            request,
            "inbox/list.html",
            mails=mails[:_PER_PAGE],
            to=to,
            newer=address(page - 1) if page > 1 else None,
            older=address(page + 1) if len(mails) > _PER_PAGE else None,
        )

    @app.get("/inbox/messages")
    @public
    async def messages(
        to: Annotated[str | None, Query(max_length=254)] = None,
        limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    ) -> JSONResponse:
        items = [mail.document() for mail in await mailbox.newest(to, limit)]
        return JSONResponse({"items": items}, headers=_NEVER_KEPT)

    @app.get("/inbox/{name}", include_in_schema=False)
    @public
    async def message(name: str, request: Request) -> HTMLResponse:
        return pages.page(request, "inbox/mail.html", mail=await _found(mailbox, name))

    @app.get("/inbox/{name}/html", include_in_schema=False)
    @public
    async def html(name: str) -> HTMLResponse:
        mail = await _found(mailbox, name)
        content = mail.html.replace("<head>", '<head><base target="_top">', 1)
        return HTMLResponse(content, headers={**_MAIL_HEADERS, **_NEVER_KEPT})

    app.include_router(pages.assets.router())
    app.add_middleware(RefusalPages, below="/inbox", page=pages.refused)
    return app


class _Pages:
    """Renders the design system's pages, in the reader's language."""

    def __init__(self) -> None:
        own = (files("koppla.inbox") / "inbox.css").read_text("utf-8")
        self.assets = Assets("/inbox/static", stylesheet(own))
        self._templates = environment("koppla.inbox")

    def refused(self, request: Request, status: int, kind: str) -> HTMLResponse:
        """kind: of the design system's refusals."""
        way = ("/inbox", texts("koppla", language(request))("inbox.title"))
        about = {"frame": "inbox/frame.html", "kind": kind, "way": way}
        return self.page(request, TEMPLATE, status, **about)

    def page(
        self, request: Request, template: str, status: int = 200, **about: Any
    ) -> HTMLResponse:
        locale = language(request)
        html = self._templates.get_template(template).render(
            **words("koppla", locale),
            assets=self.assets.addresses,
            body_class="work",
            languages=switch(request.url.path, request.query_params.multi_items()),
            **about,
        )
        response = HTMLResponse(
            html, status, {**_HEADERS, **_NEVER_KEPT, "Content-Language": locale}
        )
        remember(request, response)
        return response


async def _found(mailbox: Mailbox, name: str) -> Mail:
    mail = await mailbox.get(name)
    if mail is None:
        raise Refused(Code.NOT_FOUND)
    return mail
