"""Customer service's API: find a bureau, register a signed paper form (R4), read the audit trail
(D9)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from chassis.database import Database
from chassis.http import Caller, allow, answers, refuses
from chassis.idempotency import IdempotencyKeys, KeyHeader
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.problem_codes import Code
from linking import examples
from linking.http.audit_shapes import AuditOut, AuditQuery, AuditTrail
from linking.http.origin import Origins
from linking.service import finding, paper_forms, showing, trail
from linking.shapes import BureauSearchIn, FoundBureauOut, FoundBureaus, LinkOut, PaperFormIn


def add(
    api: APIRouter, database: Database, outbox: Outbox, keys: IdempotencyKeys, origins: Origins
) -> None:
    @api.post("/paper-forms", status_code=201, response_model=LinkOut, tags=["support"])
    @allow("support_agent")
    @refuses(Code.FORM_NOT_SIGNED, Code.ALREADY_LINKED)
    @answers(examples.REGISTERED)
    async def register_paper_form(
        body: PaperFormIn,
        caller: Caller,
        request: Request,
        idempotency_key: KeyHeader = None,
    ) -> JSONResponse:
        """Links a bureau and a client by a signed form; nobody is asked, both are told (R3-R6)."""
        if not body.signed:
            raise Refused(Code.FORM_NOT_SIGNED)
        async with database.transaction() as session:

            async def work() -> JSONResponse:
                form = paper_forms.Form(**body.model_dump(exclude={"signed"}))
                made = await paper_forms.register(
                    session, outbox, caller, form, origins.of(request)
                )
                shown = LinkOut.of(await showing.with_form(session, caller, made))
                return JSONResponse(
                    shown.model_dump(mode="json"), 201, {"Location": f"/v1/links/{made.id}"}
                )

            scope = f"{caller.sub}:POST /v1/paper-forms"
            return await keys.once(session, scope, idempotency_key, body.model_dump_json(), work)

    @api.post("/bureau-searches", tags=["support"])
    @allow("support_agent", "ops")
    async def search_bureaus(body: BureauSearchIn) -> FoundBureaus:
        """Bureaus by id, organisation number or part of the name: which one a form means. A POST,
        so that no number lands in a URL or an access log."""
        async with database.transaction() as session:
            found = await finding.bureaus(session, body.query)
        return FoundBureaus(
            items=[FoundBureauOut.model_validate(one, from_attributes=True) for one in found]
        )

    @api.get("/audit", tags=["support"])
    @allow("support_agent", "ops")
    async def read_audit_trail(asked: Annotated[AuditQuery, Query()]) -> AuditTrail:
        """Who decided what, for whom, when, from where; the newest first (D9)."""
        async with database.transaction() as session:
            found = await trail.newest(session, **asked.model_dump())
        return AuditTrail(items=[AuditOut.of(row) for row in found.items], next_cursor=found.next)
