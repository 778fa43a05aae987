"""POST /v1/client-searches."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow
from contracts.fields import TenantId
from search import service


class ClientSearch(BaseModel):
    """Exactly one of the two. A POST, so that no number lands in a URL or an access log."""

    model_config = ConfigDict(extra="forbid")

    tenant_id: TenantId | None = None
    org_number: Annotated[str, StringConstraints(max_length=100)] | None = None


class FoundClient(BaseModel):
    tenant_id: str
    org_number: str
    name: str
    city: str


class FoundClients(BaseModel):
    items: list[FoundClient]


def router(database: Database) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, tags=["search"])

    @api.post("/v1/client-searches")
    @allow("bureau_admin", "consultant", "support_agent")
    async def search_clients(body: ClientSearch, caller: Caller) -> FoundClients:
        """Clients by database id or by organisation number (R16, R17); creates nothing (R19)."""
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
