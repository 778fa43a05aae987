"""The API of links: look, and end one (D8)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from chassis.database import Database
from chassis.http import Caller, allow, answers, refuses
from chassis.outbox import Outbox
from contracts.problem_codes import Code
from linking import examples
from linking.http.origin import Origins
from linking.service import ending, showing
from linking.service.guard import READERS
from linking.shapes import EndIn, LinkOut, LinkQuery, Links


def add(api: APIRouter, database: Database, outbox: Outbox, origins: Origins) -> None:
    @api.get("/links", tags=["links"])
    @allow(*READERS)
    async def list_links(caller: Caller, asked: Annotated[LinkQuery, Query()]) -> Links:
        """A bureau's own links, or all of them for support and ops; the newest first."""
        async with database.transaction() as session:
            page = await showing.links(session, caller, showing.Filter(**asked.model_dump()))
        return Links(items=[LinkOut.of(one) for one in page.items], next_cursor=page.next_cursor)

    @api.get("/links/{link_id}", tags=["links"])
    @allow(*READERS)
    @refuses(Code.LINK_NOT_FOUND)
    async def show_link(link_id: str, caller: Caller) -> LinkOut:
        """One link; for support and ops with the signed form that it was registered from."""
        async with database.transaction() as session:
            return LinkOut.of(await showing.link(session, caller, link_id))

    @api.post("/links/{link_id}/end", tags=["links"])
    @allow("bureau_admin", "support_agent")
    @refuses(Code.LINK_NOT_FOUND)
    @answers(examples.ENDED)
    async def end_link(
        link_id: str, caller: Caller, request: Request, body: EndIn | None = None
    ) -> LinkOut:
        """Ends a link: no sign-in succeeds any more, and both sides are mailed (D8)."""
        reason = None if body is None else body.reason
        async with database.transaction() as session:
            ended = await ending.end_for(
                session, outbox, caller, link_id, reason, origins.of(request)
            )
            return LinkOut.of(await showing.with_form(session, caller, ended))
