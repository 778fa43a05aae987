"""The bureau portal's API: eligibility, link requests, links."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse

from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow
from chassis.idempotency import IdempotencyKeys
from chassis.outbox import Outbox
from contracts.fields import TenantId
from linking.service import asking, showing
from linking.service.asking import Terms
from linking.service.guard import BUREAU_ROLES, READERS, bureau_of
from linking.shapes import (
    EligibilityOut,
    EventOut,
    Events,
    LinkOut,
    LinkQuery,
    LinkRequestIn,
    LinkRequestOut,
    LinkRequests,
    Links,
    RequestQuery,
)


def router(database: Database, outbox: Outbox, keys: IdempotencyKeys, terms: Terms) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, prefix="/v1", tags=["linking"])
    _asking(api, database, outbox, keys, terms)
    _showing(api, database)
    return api


def _asking(
    api: APIRouter, database: Database, outbox: Outbox, keys: IdempotencyKeys, terms: Terms
) -> None:
    @api.get("/eligibility")
    @allow(*BUREAU_ROLES)
    async def eligibility(
        caller: Caller, tenant_id: Annotated[TenantId | None, Query()] = None
    ) -> EligibilityOut:
        """May the caller's bureau use the digital route, and ask this client?"""
        async with database.transaction() as session:
            answer = await asking.eligibility(session, caller, tenant_id)
        return EligibilityOut.model_validate(answer, from_attributes=True)

    @api.post("/link-requests", status_code=201, response_model=LinkRequestOut)
    @allow(*BUREAU_ROLES)
    async def create_link_request(
        body: LinkRequestIn,
        caller: Caller,
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> JSONResponse:
        """Asks all system admins of a client by mail (R20, R21)."""
        async with database.transaction() as session:

            async def work() -> JSONResponse:
                wish = asking.Wish(**body.model_dump())
                made = await asking.create(session, outbox, terms, caller, wish)
                shown = LinkRequestOut.of(await showing.show(session, made))
                return JSONResponse(
                    shown.model_dump(mode="json"), 201, {"Location": asking.location(made)}
                )

            # Before a kept answer, too: who has left the bureau gets none.
            await bureau_of(session, caller)
            scope = f"{caller.sub}:{caller.bureau_id}:POST /v1/link-requests"
            return await keys.once(session, scope, idempotency_key, body.model_dump_json(), work)


def _showing(api: APIRouter, database: Database) -> None:
    @api.get("/link-requests")
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

    @api.get("/link-requests/{request_id}")
    @allow(*READERS)
    async def show_link_request(request_id: str, caller: Caller) -> LinkRequestOut:
        async with database.transaction() as session:
            return LinkRequestOut.of(await showing.request(session, caller, request_id))

    @api.get("/link-requests/{request_id}/events")
    @allow(*READERS)
    async def show_time_line(request_id: str, caller: Caller) -> Events:
        """What happened to a request, in order."""
        async with database.transaction() as session:
            found = await showing.time_line(session, caller, request_id)
        return Events(items=[EventOut.model_validate(one, from_attributes=True) for one in found])

    @api.get("/links")
    @allow(*READERS)
    async def list_links(caller: Caller, asked: Annotated[LinkQuery, Query()]) -> Links:
        """A bureau's own links, or all of them for support and ops; the newest first."""
        async with database.transaction() as session:
            page = await showing.links(session, caller, showing.Filter(**asked.model_dump()))
        return Links(
            items=[LinkOut.model_validate(one, from_attributes=True) for one in page.items],
            next_cursor=page.next_cursor,
        )

    @api.get("/links/{link_id}")
    @allow(*READERS)
    async def show_link(link_id: str, caller: Caller) -> LinkOut:
        async with database.transaction() as session:
            found = await showing.link(session, caller, link_id)
        return LinkOut.model_validate(found, from_attributes=True)
