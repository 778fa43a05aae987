"""Operators' API: exclusion rules as data (R12), and the audit trail as its proof needs it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from chassis.database import Database
from chassis.http import Caller, allow, answers
from chassis.outbox import Outbox
from linking import examples
from linking.http.audit_shapes import Chain, ChainQuery, ChainRow
from linking.http.origin import Origins
from linking.service import exclusion_rules, trail
from linking.shapes import ExclusionIn, Exclusions


def add(api: APIRouter, database: Database, outbox: Outbox, origins: Origins) -> None:
    @api.get("/ops/linking/exclusions", tags=["ops"])
    @allow("ops")
    async def list_exclusions() -> Exclusions:
        """Who may not use the digital route."""
        async with database.transaction() as session:
            return _shown(await exclusion_rules.rules(session))

    @api.post("/ops/linking/exclusions", tags=["ops"])
    @allow("ops")
    async def add_exclusion(body: ExclusionIn, caller: Caller, request: Request) -> Exclusions:
        """Adds a rule, published at once; adding it again is harmless. All rules come back."""
        async with database.transaction() as session:
            found = await exclusion_rules.add(
                session, outbox, caller, body.kind, body.value, origins.of(request)
            )
        return _shown(found)

    @api.post("/ops/linking/exclusions/remove", tags=["ops"])
    @allow("ops")
    @answers(examples.NO_EXCLUSIONS)
    async def remove_exclusion(body: ExclusionIn, caller: Caller, request: Request) -> Exclusions:
        """Removes a rule, published at once; removing it again is harmless."""
        async with database.transaction() as session:
            found = await exclusion_rules.remove(
                session, outbox, caller, body.kind, body.value, origins.of(request)
            )
        return _shown(found)

    @api.get("/ops/linking/audit-chain", tags=["ops"])
    @allow("ops")
    async def read_audit_chain(asked: Annotated[ChainQuery, Query()]) -> Chain:
        """Every entry with all that its hash covers, chain by chain, for `koppla audit verify`."""
        async with database.transaction() as session:
            found = await trail.in_order(session, asked.cursor, asked.limit)
            anchors = await trail.anchors(session)
        return Chain(
            items=[ChainRow.of(row) for row in found.items],
            next_cursor=found.next,
            anchors=anchors,
        )


def _shown(rules: object) -> Exclusions:
    return Exclusions.model_validate({"items": rules}, from_attributes=True)
