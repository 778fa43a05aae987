"""What goes over HTTP: requests that refuse unknown fields, and answers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from activation import examples
from activation.client_list import Listed
from activation.permissions import Access as ConsultantAccess
from activation.tables import BureauUser, Client, LinkedClient, SignIn
from chassis.api_document import with_examples
from contracts.events.activation import Grant, Permission
from contracts.events.event import Person
from contracts.events.linking import Route
from contracts.fields import PROGRAMS, Access, Moment, Program, UserId


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PermissionIn(Request):
    program: Program
    access: Access

    @property
    def permission(self) -> Permission:
        return Permission(program=self.program, access=self.access)


PermissionsIn = Annotated[list[PermissionIn], Field(max_length=len(PROGRAMS))]


class GrantIn(Request):
    consultant_id: UserId
    permissions: PermissionsIn

    @property
    def grant(self) -> Grant:
        granted = tuple(each.permission for each in self.permissions)
        return Grant(consultant_id=self.consultant_id, permissions=granted)


class Activation(Request):
    model_config = with_examples(examples.ACTIVATION, extra="forbid")

    grants: Annotated[list[GrantIn], Field(max_length=10_000)] = []


class ConsultantPermissions(Request):
    model_config = with_examples(examples.CONSULTANT_PERMISSIONS, extra="forbid")

    permissions: PermissionsIn


class SignInRequest(Request):
    model_config = with_examples(examples.SIGN_IN_REQUEST, extra="forbid")

    program: Program | None = None


class Redemption(Request):
    model_config = with_examples(examples.REDEMPTION, extra="forbid")

    token: str


class LinkedOut(BaseModel):
    model_config = with_examples(examples.LINKED)

    tenant_id: str
    name: str
    org_number: str
    route: Route
    linked_at: Moment
    accepted_by: Person | None

    @classmethod
    def of(cls, link: LinkedClient, client: Client) -> "LinkedOut":
        about = {"name": client.name, "org_number": client.shown_org_number}
        return cls.model_validate({**link.model_dump(), **about})


class ActivationList(BaseModel):
    model_config = with_examples(examples.ACTIVATION_LIST)

    items: list[LinkedOut]
    total: int
    next_cursor: str | None


class ConsultantOut(BaseModel):
    consultant_id: str
    name: str
    role: str

    @classmethod
    def of(cls, user: BureauUser) -> "ConsultantOut":
        return cls(consultant_id=user.user_id, name=user.name, role=user.role)


class Consultants(BaseModel):
    model_config = with_examples(examples.CONSULTANTS)

    items: list[ConsultantOut]


class ListedClient(BaseModel):
    """A client in the list. programs, may_sign_in: the caller's own."""

    tenant_id: str
    name: str
    org_number: str
    programs: list[Program]
    may_sign_in: bool

    @classmethod
    def of(cls, listed: Listed) -> "ListedClient":
        return cls(
            tenant_id=listed.client.tenant_id,
            name=listed.client.name,
            org_number=listed.org_number,
            programs=[each.program for each in listed.permissions],
            may_sign_in=bool(listed.permissions),
        )


class Clients(BaseModel):
    model_config = with_examples(examples.CLIENTS)

    items: list[ListedClient]
    next_cursor: str | None


class ActivatedClient(ListedClient):
    """One client, with how it came here."""

    model_config = with_examples(examples.ACTIVATED_CLIENT)

    route: Route
    linked_at: Moment
    accepted_by: Person | None
    activated_at: Moment
    activated_by: Person

    @classmethod
    def of_link(cls, link: LinkedClient, listed: Listed) -> "ActivatedClient":
        return cls.model_validate({**link.model_dump(), **ListedClient.of(listed).model_dump()})


class AccessOut(ConsultantOut):
    model_config = with_examples(examples.ACCESS)

    permissions: list[Permission]

    @classmethod
    def of_access(cls, access: ConsultantAccess) -> "AccessOut":
        about = ConsultantOut.of(access.consultant).model_dump()
        return cls(**about, permissions=list(access.permissions))


class AccessList(BaseModel):
    model_config = with_examples(examples.ACCESS_LIST)

    items: list[AccessOut]


class SignInOut(BaseModel):
    model_config = with_examples(examples.SIGN_IN)

    url: str
    expires_at: Moment


class Redeemed(BaseModel):
    """Whom the platform lets in, and where. program: the one to open, if one was asked for."""

    model_config = with_examples(examples.REDEEMED)

    user_id: str
    tenant_id: str
    bureau_id: str
    programs: list[Program]
    permissions: list[Permission]
    program: Program | None

    @classmethod
    def of(cls, row: SignIn, permissions: tuple[Permission, ...]) -> "Redeemed":
        return cls.model_validate(
            {
                **row.model_dump(),
                "programs": [each.program for each in permissions],
                "permissions": permissions,
            }
        )
