"""The link page as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import BaseModel

from chassis.api_document import with_examples
from contracts.events.event import Person
from contracts.events.linking import FormKind
from contracts.fields import PROGRAMS, Moment, Program, Side
from contracts.link_token import Purpose
from contracts.org_number import OrgNumber
from linking import examples
from linking.requests import Status
from linking.service.invitations import Opened
from linking.service.managing import Managed
from linking.storage.audit import Row
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
    """What the page says (R29). created_at: when it was asked for. sent_at, expires_at: of this
    link, which may have been sent again later (D2).
    reason: None but where a paper form or a deletion cancelled the request (D11).
    """

    model_config = with_examples(examples.INVITATION)

    purpose: Purpose
    status: Status
    bureau: BureauOut
    client: ClientOut
    recipient: NameOut
    requested_by: Person
    message: str | None
    created_at: Moment
    sent_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    decided_by: Person | None
    reason: str | None
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
            sent_at=opened.sending.sent_at,
            expires_at=opened.sending.expires_at,
            decided_at=opened.decided_at,
            decided_by=None if request.decided_by is None else Person(**request.decided_by),
            reason=request.reason,
            linked_bureaus=[NameOut(name=name) for name in opened.linked],
            programs=list(PROGRAMS),
        )


class FormOut(BaseModel):
    """The signed form that a link was registered from."""

    form_kind: FormKind
    signed_by: str
    signed_on: date


class HappenedOut(BaseModel):
    """One act of the client's audit trail. by: None where the clock or the directory acted, or the
    person is erased; side says on whose side it was, None for nobody's."""

    at: Moment
    action: str
    bureau_name: str | None
    side: Side | None
    by: str | None

    @classmethod
    def of(cls, row: Row, bureaus: Mapping[str, str]) -> "HappenedOut":
        entry, beside = row
        return cls(
            at=entry.at,
            action=entry.action,
            bureau_name=bureaus.get(entry.bureau_id or ""),
            side=entry.side,
            by=None if beside is None else beside.person["name"],
        )


class ManagedOut(BaseModel):
    """What the page of a link says. requested_by, message: None by paper form; form: None else.

    created_at: when it was asked for, or registered. expires_at: None, since the page is there
    for as long as its holder is an admin. decided_at, decided_by: the acceptance. reason: what
    the ender said. history: the client's own audit trail, the newest first (D9).
    """

    model_config = with_examples(examples.MANAGED)

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
    form: FormOut | None
    ended_at: Moment | None
    ended_by: Person | None
    reason: str | None
    linked_bureaus: list[NameOut]
    programs: list[Program]
    history: list[HappenedOut]

    @classmethod
    def of(cls, managed: Managed) -> "ManagedOut":
        link, request = managed.link, managed.request
        return cls.model_validate(
            {
                "purpose": Purpose.MANAGE,
                "status": link.status,
                "bureau": BureauOut.of(link.bureau_name, managed.bureau),
                "client": ClientOut(tenant_id=link.tenant_id, name=link.client_name),
                "recipient": NameOut(name=managed.holder.name),
                "requested_by": None if request is None else request.requested_by,
                "message": None if request is None else request.message,
                "created_at": link.established_at if request is None else request.created_at,
                "expires_at": None,
                "decided_at": link.established_at,
                "decided_by": link.accepted_by,
                "form": None if managed.form is None else managed.form.model_dump(),
                "ended_at": link.ended_at,
                "ended_by": link.ended_by,
                "reason": link.reason,
                "linked_bureaus": [NameOut(name=name) for name in managed.linked],
                "programs": list(PROGRAMS),
                "history": [HappenedOut.of(row, managed.names) for row in managed.history],
            }
        )
