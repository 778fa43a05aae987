"""What the API takes and answers, as far as the portal uses it.

Written anew and not taken from the services: a client that shared their code would notice no
change of the API. A test compares every field with the published description.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.fields import Access, EntryPoint, Program

Status = Literal["pending", "accepted", "declined", "cancelled", "expired"]
STATUSES: tuple[Status, ...] = ("pending", "accepted", "declined", "cancelled", "expired")
MailState = Literal["queued", "sent", "failed"]
Route = Literal["digital", "paper_form"]
FormKind = Literal["link_client", "change_bureau"]
SignatoryRole = Literal["authorised_signatory", "system_admin"]


class Answer(BaseModel):
    """What the API may add later does no harm."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Answer):
    user_id: str
    name: str
    side: Literal["bureau", "client", "support"]


# Searches and requests


class ClientSearch(Body):
    """Exactly one of the two is sent."""

    tenant_id: str | None = None
    org_number: str | None = None


class FoundClient(Answer):
    tenant_id: str
    org_number: str
    name: str
    city: str


class FoundClients(Answer):
    items: list[FoundClient]


class Eligibility(Answer):
    """reason: the code that says why not."""

    eligible: bool
    reason: str | None
    entry_points: list[str]


class NewRequest(Body):
    tenant_id: str
    entry_point: EntryPoint
    message: str | None = None


class Recipient(Answer):
    name: str
    masked_email: str
    mail: MailState
    mail_error: str | None


class LinkRequest(Answer):
    id: UUID
    version: int
    bureau_id: str
    bureau_name: str
    tenant_id: str
    client_name: str
    status: Status
    entry_point: EntryPoint
    message: str | None
    requested_by: Person
    created_at: AwareDatetime
    expires_at: AwareDatetime
    decided_at: AwareDatetime | None
    decided_by: Person | None
    reason: str | None
    recipients: list[Recipient]


class LinkRequests(Answer):
    items: list[LinkRequest]
    next_cursor: str | None


class RequestEvent(Answer):
    type: str
    at: AwareDatetime
    by: Person | None
    text: str | None


class RequestEvents(Answer):
    items: list[RequestEvent]


# Links


class RegisteredForm(Answer):
    """The signed form that a link was registered from."""

    form_kind: FormKind
    signed_by: str
    signatory_role: SignatoryRole
    signed_on: date
    reference: str


class Link(Answer):
    """paper_form: None but for customer service, and for a link by that route."""

    id: UUID
    version: int
    bureau_id: str
    bureau_name: str
    tenant_id: str
    client_name: str
    route: Route
    status: Literal["active", "ended"]
    established_at: AwareDatetime
    accepted_by: Person | None
    ended_at: AwareDatetime | None
    ended_by: Person | None
    reason: str | None
    paper_form: RegisteredForm | None = None


class Links(Answer):
    items: list[Link]
    next_cursor: str | None


class EndLink(Body):
    reason: str | None = None


# Clients and permissions


class LinkedClient(Answer):
    """In the activation list."""

    tenant_id: str
    name: str
    org_number: str
    route: Route
    linked_at: AwareDatetime
    accepted_by: Person | None


class ActivationList(Answer):
    items: list[LinkedClient]
    total: int
    next_cursor: str | None


class ListedClient(Answer):
    """programs, may_sign_in: the caller's own."""

    tenant_id: str
    name: str
    org_number: str
    programs: list[Program]
    may_sign_in: bool


class Clients(Answer):
    items: list[ListedClient]
    next_cursor: str | None


class ActivatedClient(ListedClient):
    route: Route
    linked_at: AwareDatetime
    accepted_by: Person | None
    activated_at: AwareDatetime
    activated_by: Person


class Consultant(Answer):
    consultant_id: str
    name: str
    role: str


class Consultants(Answer):
    items: list[Consultant]


class Permission(Answer):
    program: Program
    access: Access


class ConsultantAccess(Consultant):
    permissions: list[Permission]


class AccessList(Answer):
    items: list[ConsultantAccess]


class PermissionIn(Body):
    program: Program
    access: Access


class Grant(Body):
    consultant_id: str
    permissions: list[PermissionIn]


class Activation(Body):
    grants: list[Grant]


class Permissions(Body):
    permissions: list[PermissionIn]


class SignIn(Body):
    program: Program | None = None


class SignedIn(Answer):
    url: str
    expires_at: AwareDatetime


class Redemption(Body):
    token: str


class Redeemed(Answer):
    user_id: str
    tenant_id: str
    bureau_id: str
    programs: list[Program]
    permissions: list[Permission]
    program: Program | None
