"""Operators' API: linking learns from others what its own database has lost."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from chassis.api_document import with_examples
from chassis.database import Database
from chassis.http import Caller, allow
from chassis.outbox import Outbox
from contracts.standings import BureauStanding, PairStanding
from linking.http.origin import Origins
from linking.service import mending
from linking.service.mending import Outcome


class Mended(BaseModel):
    """not_in_directory: linking does not know the bureau or the client; nothing was changed."""

    model_config = with_examples({"outcome": "link_taken_back"})

    outcome: Outcome


def add(api: APIRouter, database: Database, outbox: Outbox, origins: Origins) -> None:
    @api.post("/ops/linking/mend-pair", tags=["ops"])
    @allow("ops")
    async def mend_pair(body: PairStanding, caller: Caller, request: Request) -> Mended:
        """After linking's database was restored: takes back a link, or its end, that activation
        has heard of and linking has lost; where linking knows better, says so by a higher version.
        The act is in the audit trail, and nobody is mailed of the link. Repeating it is
        harmless."""
        async with database.transaction() as session:
            done = await mending.mend_pair(session, outbox, caller, body, origins.of(request))
        return Mended(outcome=done)

    @api.post("/ops/linking/mend-bureau", tags=["ops"])
    @allow("ops")
    async def mend_bureau(body: BureauStanding, caller: Caller, request: Request) -> Mended:
        """After linking's database was restored: says again whether the bureau may use the digital
        route, by a version above the one that search has heard. Repeating it is harmless."""
        async with database.transaction() as session:
            done = await mending.mend_bureau(session, outbox, caller, body, origins.of(request))
        return Mended(outcome=done)
