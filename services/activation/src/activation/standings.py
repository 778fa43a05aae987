"""Operators' API: all that activation has heard of one link, for a linking that has lost it."""

from fastapi import APIRouter

from activation.storage import linked_clients
from chassis.database import Database
from chassis.http import GuardedRoute, allow
from chassis.problems import Refused
from contracts.fields import BureauId, TenantId
from contracts.problem_codes import Code
from contracts.standings import PairStanding


class HeardPair(PairStanding):
    """contracts.standings.PairStanding, as linking takes it."""


def router(database: Database) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, tags=["ops"])

    @api.get("/v1/ops/activation/pairs/{bureau_id}/{tenant_id}")
    @allow("ops")
    async def show_pair(bureau_id: BureauId, tenant_id: TenantId) -> HeardPair:
        """The pair's link as it was heard of last; NOT_FOUND for one never heard of."""
        async with database.transaction() as session:
            link = await linked_clients.pair(session, bureau_id, tenant_id)
            if link is None:
                raise Refused(Code.NOT_FOUND)
            heard = {"active": link.is_active, "established_at": link.linked_at}
            return HeardPair.model_validate({**link.model_dump(), **heard}, extra="ignore")

    return api
