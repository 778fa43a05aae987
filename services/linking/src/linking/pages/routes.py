"""GET /l/{token}, and what its holder can POST there."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis.http import GuardedRoute, answers, public, refuses
from contracts.link_token import Purpose
from contracts.problem_codes import Code
from linking import examples
from linking.pages.answers import Desk
from linking.pages.bodies import fields_of
from linking.pages.described import BACK, LANGUAGE, PAGE, body
from linking.pages.shapes import InvitationOut, ManagedOut
from linking.requests import Answer


def router(desk: Desk) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, prefix="/l", tags=["link pages"])

    @api.head("/{token}", include_in_schema=False)
    @api.get(
        "/{token}",
        response_model=InvitationOut | ManagedOut,
        responses=PAGE,
        openapi_extra=LANGUAGE,
    )
    @public
    @refuses(Code.LINK_EXPIRED, Code.NOT_A_SYSTEM_ADMIN, Code.RATE_LIMITED)
    async def show_link_page(token: str, request: Request) -> Response:
        """What a link stands before. Changes nothing, however often it is fetched (R31)."""

        async def work() -> Response:
            verified = desk.verified(token)
            if verified.purpose is Purpose.MANAGE:
                return await desk.managed(request, token, verified)
            return await desk.invitation(request, token, verified)

        return await desk.answered(request, work)

    @api.post(
        "/{token}/accept",
        response_model=InvitationOut,
        responses=BACK,
        openapi_extra=body("confirm"),
    )
    @public
    @refuses(
        Code.ALREADY_DECIDED,
        Code.LINK_EXPIRED,
        Code.NOT_A_SYSTEM_ADMIN,
        Code.CONFIRMATION_MISSING,
        Code.FORBIDDEN,
        Code.RATE_LIMITED,
    )
    @answers(examples.ACCEPTED)
    async def accept_by_link(token: str, request: Request) -> Response:
        """Accepts, with an explicit confirmation (R30, D10)."""

        async def work() -> Response:
            verified = desk.verified(token)
            fields = await fields_of(request, "confirm")
            return await desk.answer(request, token, verified, Answer.ACCEPT, fields)

        return await desk.answered(request, work)

    @api.post(
        "/{token}/decline",
        response_model=InvitationOut,
        responses=BACK,
        openapi_extra=body("message"),
    )
    @public
    @refuses(
        Code.ALREADY_DECIDED,
        Code.LINK_EXPIRED,
        Code.NOT_A_SYSTEM_ADMIN,
        Code.FORBIDDEN,
        Code.RATE_LIMITED,
    )
    @answers(examples.DECLINED)
    async def decline_by_link(token: str, request: Request) -> Response:
        """Says no, with a message to the bureau if one likes (D1)."""

        async def work() -> Response:
            verified = desk.verified(token)
            fields = await fields_of(request, "message")
            return await desk.answer(request, token, verified, Answer.DECLINE, fields)

        return await desk.answered(request, work)

    @api.post(
        "/{token}/end",
        response_model=ManagedOut,
        responses=BACK,
        openapi_extra=body("confirm", "reason"),
    )
    @public
    @refuses(Code.NOT_A_SYSTEM_ADMIN, Code.CONFIRMATION_MISSING, Code.FORBIDDEN, Code.RATE_LIMITED)
    @answers(examples.ENDED_BY_CLIENT)
    async def end_by_link(token: str, request: Request) -> Response:
        """Ends the link, by its client's admin, with an explicit confirmation (D8)."""

        async def work() -> Response:
            verified = desk.verified(token)
            fields = await fields_of(request, "confirm", "reason")
            return await desk.end(request, token, verified, fields)

        return await desk.answered(request, work)

    return api
