"""GET /l/{token}, POST /l/{token}/accept, and the pages' style sheet."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from chassis import problems
from chassis.database import Database
from chassis.http import GuardedRoute, public
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.link_token import LinkKeys, LinkToken, LinkTokenError, Purpose
from contracts.problem_codes import Code
from linking.pages import rendering
from linking.pages.bodies import confirmation
from linking.pages.negotiation import chosen, language, names_html, wants_json
from linking.pages.shapes import InvitationOut, ManagedOut
from linking.requests import refusal_of_page
from linking.service import invitations, managing
from linking.service.invitations import Opened

_STYLE = (Path(__file__).parents[1] / "templates" / "style.css").read_text("utf-8")

_CONFIRM = {"type": "object", "properties": {"confirm": {"type": "boolean"}}}
_CONFIRMATION = {
    "requestBody": {
        "content": {
            "application/json": {"schema": _CONFIRM},
            "application/x-www-form-urlencoded": {"schema": _CONFIRM},
        }
    }
}


def router(database: Database, outbox: Outbox, keys: LinkKeys) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, prefix="/l", tags=["link pages"])

    # A dot is in no token, so this address is never somebody's link.
    @api.get("/style.css", include_in_schema=False)
    @public
    async def style() -> Response:
        return Response(_STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})

    @api.head("/{token}", include_in_schema=False)
    @api.get("/{token}", response_model=InvitationOut | ManagedOut)
    @public
    async def show(token: str, request: Request) -> Response:
        """What a link stands before. Changes nothing, however often it is fetched (R31)."""

        async def work() -> Response:
            verified = _verified(keys, token)
            if verified.purpose is Purpose.MANAGE:
                return await _managed(database, request, token, verified)
            opened = await _opened(database, verified)
            code = refusal_of_page(opened.standing)
            if not wants_json(request):
                return rendering.page(request, token, opened, code)
            invitations.check(opened, code)
            return _json(InvitationOut.of(opened))

        return await _answer(request, work)

    @api.post("/{token}/accept", response_model=InvitationOut, openapi_extra=_CONFIRMATION)
    @public
    async def accept(token: str, request: Request) -> Response:
        """Accepts, with an explicit confirmation (R30, D10)."""

        async def work() -> Response:
            verified = _verified(keys, token)
            confirmed = await confirmation(request)
            try:
                async with database.transaction() as session:
                    opened = await invitations.accept(
                        session, outbox, verified, confirmed=confirmed
                    )
            except Refused as refused:
                if not names_html(request) or refused.code is Code.NOT_FOUND:
                    raise
                # The page that tells what became of it, with the refusal's status.
                opened = await _opened(database, verified)
                return rendering.page(request, token, opened, refused.code)
            return _json(InvitationOut.of(opened)) if wants_json(request) else _back(request, token)

        return await _answer(request, work)

    return api


async def _opened(database: Database, token: LinkToken) -> Opened:
    async with database.transaction() as session:
        return await invitations.open_link(session, token)


async def _managed(
    database: Database, request: Request, token: str, verified: LinkToken
) -> Response:
    async with database.transaction() as session:
        found = await managing.open_managed(session, verified)
    if wants_json(request):
        return _json(ManagedOut.of(found))
    return rendering.managed(request, token, found)


def _verified(keys: LinkKeys, token: str) -> LinkToken:
    try:
        return keys.verify(token)
    except LinkTokenError:
        # Cut by a mail client, made up, or signed by a key that is gone: all the same to us.
        raise Refused(Code.NOT_FOUND, "This link is damaged or was never sent") from None


def _json(shown: InvitationOut | ManagedOut) -> Response:
    return JSONResponse(shown.model_dump(mode="json"))


def _back(request: Request, token: str) -> Response:
    """303 to the page, which a reload shows again without accepting again."""
    lang = chosen(request)
    return RedirectResponse(f"/l/{token}" + (f"?lang={lang}" if lang else ""), 303)


async def _answer(request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or the refusal as a page for browsers and as a problem document for others."""
    try:
        response = await work()
    except Refused as refused:
        if names_html(request):
            response = rendering.problem(language(request), refused)
        else:
            response = problems.response(refused)
    if request.method == "HEAD":
        response.body = b""  # content-length stays, as RFC 9110 has it
    return response
