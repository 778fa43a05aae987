"""POST /v1/client-searches."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from chassis.api_document import with_examples
from chassis.bursts import Bursts
from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow, refuses
from contracts.fields import TenantId
from contracts.problem_codes import Code
from search import service

_A_CLIENT = {
    "tenant_id": "100001",
    "org_number": "556469-6291",
    "name": "Åkerströms Måleri i Örebro AB",
    "city": "Örebro",
}


class ClientSearch(BaseModel):
    """Exactly one of the two. A POST, so that no number lands in a URL or an access log."""

    model_config = with_examples(
        {"org_number": "556469-6291"}, {"tenant_id": "100001"}, extra="forbid"
    )

    tenant_id: TenantId | None = None
    org_number: Annotated[str, StringConstraints(max_length=100)] | None = None


class FoundClient(BaseModel):
    """org_number: a sole trader's is `YYMMDD-****` unless the search was by it."""

    tenant_id: str
    org_number: str
    name: str
    city: str


class FoundClients(BaseModel):
    """Every database of the company, told apart by tenant_id; empty where nobody is known."""

    model_config = with_examples({"items": [_A_CLIENT, {**_A_CLIENT, "tenant_id": "100002"}]})

    items: list[FoundClient]


def router(database: Database, searches: Bursts) -> APIRouter:
    """searches: how many each user may make in a while."""
    api = APIRouter(route_class=GuardedRoute, tags=["search"])

    @api.post("/v1/client-searches")
    @allow("bureau_admin", "consultant", "support_agent")
    @refuses(Code.RATE_LIMITED, Code.BUREAU_EXCLUDED, Code.ORG_NUMBER_INVALID)
    async def search_clients(body: ClientSearch, caller: Caller) -> FoundClients:
        """Clients by database id or by organisation number (R16, R17); creates nothing (R19).

        Who searches too often is refused before anything is looked up, the bureau included: so an
        excluded one's user over the limit gets RATE_LIMITED, too.
        """
        searches.check(caller.sub)
        async with database.transaction() as session:
            found = await service.find(session, caller, body.tenant_id, body.org_number)
        return FoundClients(
            items=[
                FoundClient(
                    tenant_id=client.tenant_id,
                    org_number=number,
                    name=client.name,
                    city=client.city,
                )
                for client, number in found
            ]
        )

    return api
