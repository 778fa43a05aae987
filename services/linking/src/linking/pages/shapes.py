"""The link page as JSON."""

from typing import Literal

from pydantic import BaseModel

from contracts.events.event import Person
from contracts.fields import PROGRAMS, Moment, Program
from contracts.link_token import Purpose
from contracts.org_number import OrgNumber
from linking.requests import Status
from linking.service.invitations import Opened
from linking.service.managing import Managed
from linking.storage.directory import BureauNow


class BureauOut(BaseModel):
    """org_number: masked for a sole trader, None for a bureau that is gone."""

    name: str
    org_number: str | None

    @classmethod
    def of(cls, name: str, bureau: BureauNow | None) -> "BureauOut":
        masked = None if bureau is None else OrgNumber(bureau.org_number).masked
        return cls(name=name, org_number=masked)


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
        request = opened.request
        return cls(
            purpose=Purpose.DECIDE,
            status=opened.status,
            bureau=BureauOut.of(request.bureau_name, opened.bureau),
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


class ManagedOut(BaseModel):
    """What the page of a link says. requested_by, message: None by paper form.

    created_at: when it was asked for, or registered. expires_at: None, since the page is there
    for as long as its holder is an admin. decided_at, decided_by: the acceptance.
    """

    purpose: Purpose
    status: Literal["active", "ended"]
    bureau: BureauOut
    client: ClientOut
    recipient: NameOut
    requested_by: Person | None
    message: str | None
    created_at: Moment
    expires_at: None
    decided_at: Moment
    decided_by: Person | None
    ended_at: Moment | None
    linked_bureaus: list[NameOut]
    programs: list[Program]

    @classmethod
    def of(cls, managed: Managed) -> "ManagedOut":
        link, request = managed.link, managed.request
        return cls.model_validate(
            {
                "purpose": Purpose.MANAGE,
                "status": link.status,
                "bureau": BureauOut.of(link.bureau_name, managed.bureau),
                "client": ClientOut(tenant_id=link.tenant_id, name=link.client_name),
                "recipient": NameOut(name=managed.holder),
                "requested_by": None if request is None else request.requested_by,
                "message": None if request is None else request.message,
                "created_at": link.established_at if request is None else request.created_at,
                "expires_at": None,
                "decided_at": link.established_at,
                "decided_by": link.accepted_by,
                "ended_at": link.ended_at,
                "linked_bureaus": [NameOut(name=name) for name in managed.linked],
                "programs": list(PROGRAMS),
            }
        )
