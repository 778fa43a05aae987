"""How links and bureaus stand with a service that has heard of them from linking.

Where linking's database was restored to an earlier day, others have heard more than it knows; by
this they tell it (docs/decisions/0019).
"""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.event import Person
from contracts.events.linking import Route
from contracts.fields import BureauId, Moment, TenantId, Text

# Half of what PostgreSQL's integer holds, so that a pair can go on changing after a mend.
Version = Annotated[int, Field(ge=1, le=2**30)]


class PairStanding(BaseModel):
    """The active link of a bureau and a client, or the last one. ended_at: None for an active one.

    version: of the last event that was heard of the pair.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "bureau_id": "b-1",
                    "tenant_id": "100001",
                    "version": 2,
                    "link_id": "0195f3a0-0000-7000-8000-000000000002",
                    "active": True,
                    "route": "digital",
                    "established_at": "2026-03-02T09:30:00Z",
                    "accepted_by": {"user_id": "eva", "name": "Eva Åberg", "side": "client"},
                    "ended_at": None,
                }
            ]
        },
    )

    bureau_id: BureauId
    tenant_id: TenantId
    version: Version
    link_id: UUID
    active: bool
    route: Route
    established_at: Moment | None = None
    accepted_by: Person | None = None
    ended_at: Moment | None = None


class BureauStanding(BaseModel):
    """version: of the last word that was heard of the bureau. eligible: as contracts.events says;
    reason: None where it is eligible."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"bureau_id": "b-1", "eligible": True, "reason": None, "version": 1}]
        },
    )

    bureau_id: BureauId
    eligible: bool
    reason: Text | None = None
    version: Version
