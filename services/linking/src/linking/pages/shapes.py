"""The link page as JSON."""

from pydantic import BaseModel

from contracts.events.event import Person
from contracts.fields import PROGRAMS, Moment, Program
from contracts.link_token import Purpose
from contracts.org_number import OrgNumber
from linking.requests import Status
from linking.service.invitations import Opened


class BureauOut(BaseModel):
    """org_number: masked for a sole trader, None for a bureau that is gone."""

    name: str
    org_number: str | None


class ClientOut(BaseModel):
    tenant_id: str
    name: str


class NameOut(BaseModel):
    name: str


class InvitationOut(BaseModel):
    """What the page says (R29). created_at: when this link was sent; expires_at: its end."""

    purpose: Purpose
    status: Status
    bureau: BureauOut
    client: ClientOut
    recipient: NameOut
    requested_by: Person
    message: str | None
    created_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    decided_by: Person | None
    linked_bureaus: list[NameOut]
    programs: list[Program]

    @classmethod
    def of(cls, opened: Opened) -> "InvitationOut":
        request, bureau = opened.request, opened.bureau
        return cls(
            purpose=Purpose.DECIDE,
            status=opened.status,
            bureau=BureauOut(
                name=request.bureau_name,
                org_number=None if bureau is None else OrgNumber(bureau.org_number).masked,
            ),
            client=ClientOut(tenant_id=request.tenant_id, name=request.client_name),
            recipient=NameOut(name=opened.invited.name),
            requested_by=Person(**request.requested_by),
            message=request.message,
            created_at=request.created_at,
            expires_at=opened.sending.expires_at,
            decided_at=opened.decided_at,
            decided_by=None if request.decided_by is None else Person(**request.decided_by),
            linked_bureaus=[NameOut(name=name) for name in opened.linked],
            programs=list(PROGRAMS),
        )
