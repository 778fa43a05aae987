"""GET /blanketter, and the forms below it."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from chassis.design.languages import chosen
from chassis.http import GuardedRoute, public
from chassis.problems import Refused
from contracts.problem_codes import Code
from linking.forms.answers import HTML_HEADERS, cacheable
from linking.forms.described import FORM, LANGUAGE, PAGE, Kind
from linking.forms.guidance import KINDS, guidance, missing
from linking.forms.shelf import Shelf
from linking.pages.negotiation import language, names_html
from linking.words import FormWords


def router(support_email: str | None) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, tags=["paper forms"])
    shelf = Shelf(support_email)

    @api.get("/blanketter", response_class=HTMLResponse, responses=PAGE, openapi_extra=LANGUAGE)
    @public
    async def show_paper_forms(request: Request) -> Response:
        """Which paper form is for what, who signs it, and where to send it (R7)."""
        locale = language(request)
        headers = {**HTML_HEADERS, "Content-Language": locale, "Vary": "Accept-Language"}
        page = guidance(locale, support_email).encode()
        return cacheable(request, page, "text/html", headers)

    @api.get(
        "/blanketter/{form_kind}.pdf",
        response_class=Response,
        responses=FORM,
        openapi_extra=LANGUAGE,
    )
    @public
    async def get_paper_form(form_kind: Kind, request: Request) -> Response:
        """A form to fill in and sign, in Swedish unless `lang` says otherwise (R8)."""
        if form_kind not in KINDS:
            return _missing(request)
        locale = chosen(request) or "sv"
        form = await asyncio.to_thread(shelf.form, form_kind, locale)
        headers = {
            "Content-Disposition": f'inline; filename="{FormWords(locale)[f"{form_kind}_file"]}"',
            "Content-Language": locale,
        }
        return cacheable(request, form, "application/pdf", headers)

    @api.get("/blanketter/{rest:path}", include_in_schema=False)
    @public
    async def nothing_else(rest: str, request: Request) -> Response:
        return _missing(request)

    return api


def _missing(request: Request) -> Response:
    """A page for browsers, a problem document for others."""
    if not names_html(request):
        raise Refused(Code.NOT_FOUND, "There is no such form")
    locale = language(request)
    headers = {
        **HTML_HEADERS,
        "Cache-Control": "no-store",
        "Content-Language": locale,
        "Vary": "Accept, Accept-Language",
    }
    return HTMLResponse(missing(locale), 404, headers)
