"""The bureau portal's API of link requests: may we ask, ask, take back, ask again, look."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from chassis.database import Database
from chassis.http import Caller, allow, answers, refuses
from chassis.idempotency import IdempotencyKeys, KeyHeader
from chassis.outbox import Outbox
from contracts.fields import TenantId
from contracts.problem_codes import Code
from linking import examples
from linking.http.origin import Origins
from linking.service import asking, own_requests, showing
from linking.service.asking import Terms
from linking.service.guard import BUREAU_ROLES, READERS, bureau_of
from linking.shapes import (
    EligibilityOut,
    EventOut,
    Events,
    LinkRequestIn,
    LinkRequestOut,
    LinkRequests,
    RequestQuery,
)


def add(
    api: APIRouter,
    database: Database,
    outbox: Outbox,
    keys: IdempotencyKeys,
    terms: Terms,
    origins: Origins,
) -> None:
    _asking(api, database, outbox, keys, terms, origins)
    _deciding(api, database, outbox, keys, terms, origins)
    _showing(api, database)


def _asking(
    api: APIRouter,
    database: Database,
    outbox: Outbox,
    keys: IdempotencyKeys,
    terms: Terms,
    origins: Origins,
) -> None:
    @api.get("/eligibility", tags=["link requests"])
    @allow(*BUREAU_ROLES)
    async def show_eligibility(
        caller: Caller, tenant_id: Annotated[TenantId | None, Query()] = None
    ) -> EligibilityOut:
        """May the caller's bureau use the digital route, and ask this client?"""
        async with database.transaction() as session:
            answer = await asking.eligibility(session, caller, tenant_id)
        return EligibilityOut.model_validate(answer, from_attributes=True)

    @api.post(
        "/link-requests", status_code=201, response_model=LinkRequestOut, tags=["link requests"]
    )
    @allow(*BUREAU_ROLES)
    @refuses(
        Code.BUREAU_EXCLUDED,
        Code.CLIENT_NOT_FOUND,
        Code.ALREADY_LINKED,
        Code.DUPLICATE_REQUEST,
        Code.NO_SYSTEM_ADMIN,
        Code.RATE_LIMITED,
    )
    async def create_link_request(
        body: LinkRequestIn,
        caller: Caller,
        request: Request,
        idempotency_key: KeyHeader = None,
    ) -> JSONResponse:
        """Asks all system admins of a client by mail (R20, R21)."""
        async with database.transaction() as session:

            async def work() -> JSONResponse:
                wish = asking.Wish(**body.model_dump())
                made = await asking.create(
                    session, outbox, terms, caller, wish, origins.of(request)
                )
                shown = LinkRequestOut.of(await showing.show(session, made))
                return JSONResponse(
                    shown.model_dump(mode="json"), 201, {"Location": asking.location(made)}
                )

            # Before a kept answer, too: who has left the bureau gets none.
            await bureau_of(session, caller)
            scope = f"{caller.sub}:{caller.bureau_id}:POST /v1/link-requests"
            return await keys.once(session, scope, idempotency_key, body.model_dump_json(), work)


def _deciding(
    api: APIRouter,
    database: Database,
    outbox: Outbox,
    keys: IdempotencyKeys,
    terms: Terms,
    origins: Origins,
) -> None:
    @api.post("/link-requests/{request_id}/cancel", tags=["link requests"])
    @allow(*BUREAU_ROLES)
    @refuses(Code.REQUEST_NOT_FOUND, Code.ALREADY_DECIDED)
    @answers(examples.CANCELLED)
    async def cancel_link_request(
        request_id: str, caller: Caller, request: Request
    ) -> LinkRequestOut:
        """Takes a pending request back; its links are dead at once, its admins are told (D2)."""
        async with database.transaction() as session:
            made = await own_requests.cancel(
                session, outbox, caller, request_id, origins.of(request)
            )
            return LinkRequestOut.of(await showing.show(session, made))

    @api.post(
        "/link-requests/{request_id}/resend", response_model=LinkRequestOut, tags=["link requests"]
    )
    @allow(*BUREAU_ROLES)
    @refuses(
        Code.REQUEST_NOT_FOUND,
        Code.BUREAU_EXCLUDED,
        Code.ALREADY_DECIDED,
        Code.NO_SYSTEM_ADMIN,
        Code.RATE_LIMITED,
    )
    @answers(examples.RESENT)
    async def resend_link_request(
        request_id: str,
        caller: Caller,
        request: Request,
        idempotency_key: KeyHeader = None,
    ) -> JSONResponse:
        """Mails new links to the client's system admins of now; the request ends with them (D2)."""
        async with database.transaction() as session:

            async def work() -> JSONResponse:
                made = await own_requests.resend(
                    session, outbox, terms, caller, request_id, origins.of(request)
                )
                shown = LinkRequestOut.of(await showing.show(session, made))
                return JSONResponse(shown.model_dump(mode="json"))

            await bureau_of(session, caller)
            scope = f"{caller.sub}:{caller.bureau_id}:POST /v1/link-requests/{request_id}/resend"
            return await keys.once(session, scope, idempotency_key, "", work)


def _showing(api: APIRouter, database: Database) -> None:
    @api.get("/link-requests", tags=["link requests"])
    @allow(*READERS)
    async def list_link_requests(
        caller: Caller, asked: Annotated[RequestQuery, Query()]
    ) -> LinkRequests:
        """A bureau's own requests, or all of them for support and ops."""
        async with database.transaction() as session:
            page = await showing.requests(session, caller, showing.Filter(**asked.model_dump()))
        return LinkRequests(
            items=[LinkRequestOut.of(one) for one in page.items], next_cursor=page.next_cursor
        )

    @api.get("/link-requests/{request_id}", tags=["link requests"])
    @allow(*READERS)
    @refuses(Code.REQUEST_NOT_FOUND)
    async def show_link_request(request_id: str, caller: Caller) -> LinkRequestOut:
        """One request, with the delivery state of each recipient's mail (D7)."""
        async with database.transaction() as session:
            return LinkRequestOut.of(await showing.request(session, caller, request_id))

    @api.get("/link-requests/{request_id}/events", tags=["link requests"])
    @allow(*READERS)
    @refuses(Code.REQUEST_NOT_FOUND)
    async def show_time_line(request_id: str, caller: Caller) -> Events:
        """What happened to a request, in order."""
        async with database.transaction() as session:
            found = await showing.time_line(session, caller, request_id)
        return Events(items=[EventOut.model_validate(one, from_attributes=True) for one in found])
