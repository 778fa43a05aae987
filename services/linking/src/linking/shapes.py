"""What goes in and out of the API, as JSON."""

import re
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictBool,
    StringConstraints,
    field_validator,
)

from chassis.api_document import with_examples
from contracts.events.event import Person
from contracts.events.linking import FormKind, Route
from contracts.fields import BureauId, EntryPoint, Message, Moment, Name, TenantId, plain_text
from linking import examples
from linking.exclusions import Kind
from linking.messages import or_nothing, without_address
from linking.requests import Status
from linking.service.paper_forms import SignatoryRole
from linking.service.showing import Shown, ShownLink
from linking.tables import MailedAdmin

MailState = Literal["queued", "sent", "failed"]
Sort = Literal[
    "created_at", "-created_at", "expires_at", "-expires_at", "client_name", "-client_name"
]
_Words = Annotated[
    Annotated[Message, AfterValidator(without_address)] | None, AfterValidator(or_nothing)
]
_Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(plain_text)]


class LinkRequestIn(BaseModel):
    """A bureau's ask. message: to the client's admins, at most 500 characters, no web address."""

    model_config = with_examples(examples.NEW_REQUEST, extra="forbid")

    tenant_id: TenantId
    entry_point: EntryPoint
    message: _Words = None


class EndIn(BaseModel):
    """Why a link is ended, in words that both sides get by mail: no web address in them."""

    model_config = with_examples(examples.END, extra="forbid")

    reason: _Words = None


class PaperFormIn(BaseModel):
    """A paper form that support has before it (R4, R5).

    signed: whether it bears a signature. signed_by: the signatory's printed name. signed_on: the
    date beside the signature. reference: where the form is archived.
    """

    model_config = with_examples(examples.PAPER_FORM, extra="forbid")

    bureau_id: BureauId
    tenant_id: TenantId
    form_kind: FormKind
    signed: StrictBool
    signed_by: Annotated[Name, AfterValidator(without_address)]
    signatory_role: SignatoryRole
    signed_on: date
    reference: Annotated[Name, AfterValidator(without_address)]

    @field_validator("signed_on", mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        # A number would be taken for seconds since 1970.
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError("must be a date, for example 2026-03-25")
        return value


class BureauSearchIn(BaseModel):
    """query: a bureau_id, an organisation number, or part of a name."""

    model_config = with_examples(examples.BUREAU_SEARCH, extra="forbid")

    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        AfterValidator(plain_text),
    ]


class FoundBureauOut(BaseModel):
    """org_number: a sole trader's is `YYMMDD-****` unless the search was by it."""

    bureau_id: str
    org_number: str
    name: str


class FoundBureaus(BaseModel):
    model_config = with_examples(examples.FOUND_BUREAUS)

    items: list[FoundBureauOut]


class ExclusionIn(BaseModel):
    """kind `group`: value is a chain's name, compared trimmed and caseless. `bureau`: a bureau_id.
    `multi_company_setup`: `true`."""

    model_config = with_examples(examples.EXCLUSION, extra="forbid")

    kind: Kind
    value: Annotated[_Text, StringConstraints(min_length=1)]


class ExclusionOut(BaseModel):
    kind: Kind
    value: str
    added_at: Moment


class Exclusions(BaseModel):
    model_config = with_examples(examples.EXCLUSIONS)

    items: list[ExclusionOut]


class EligibilityOut(BaseModel):
    model_config = with_examples(examples.ELIGIBLE, examples.NOT_ELIGIBLE)

    eligible: bool
    reason: str | None
    entry_points: list[str]


class RecipientOut(BaseModel):
    """One admin of the newest sending. masked_email: first letter and domain."""

    name: str
    masked_email: str
    mail: MailState
    mail_error: str | None

    @classmethod
    def of(cls, admin: MailedAdmin) -> "RecipientOut":
        local, _, domain = admin.email.rpartition("@")
        return cls(
            name=admin.name,
            masked_email=f"{local[:1]}***@{domain}",
            mail=admin.mail,
            mail_error=admin.mail_error,
        )


class LinkRequestOut(BaseModel):
    model_config = with_examples(examples.REQUEST)

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
    created_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    decided_by: Person | None
    reason: str | None
    recipients: list[RecipientOut]

    @classmethod
    def of(cls, shown: Shown) -> "LinkRequestOut":
        return cls.model_validate(
            {
                **shown.request.model_dump(),
                "status": shown.status,
                "decided_at": shown.decided_at,
                "recipients": [RecipientOut.of(admin) for admin in shown.recipients],
            }
        )


class LinkRequests(BaseModel):
    model_config = with_examples(examples.REQUESTS)

    items: list[LinkRequestOut]
    next_cursor: str | None


class EventOut(BaseModel):
    """A line of the time line. text: the message, or whose mail it was and why it failed."""

    type: str
    at: Moment
    by: Person | None
    text: str | None


class Events(BaseModel):
    model_config = with_examples(examples.TIME_LINE)

    items: list[EventOut]


class PaperFormOut(BaseModel):
    """The signed form that a link was registered from. reference: where it is archived."""

    form_kind: FormKind
    signed_by: str
    signatory_role: SignatoryRole
    signed_on: date
    reference: str


class LinkOut(BaseModel):
    """paper_form: None but for support and ops, and for a link by that route."""

    model_config = with_examples(examples.LINK)

    id: UUID
    version: int
    bureau_id: str
    bureau_name: str
    tenant_id: str
    client_name: str
    route: Route
    status: Literal["active", "ended"]
    established_at: Moment
    accepted_by: Person | None
    ended_at: Moment | None
    ended_by: Person | None
    reason: str | None
    paper_form: PaperFormOut | None

    @classmethod
    def of(cls, shown: ShownLink) -> "LinkOut":
        form = None if shown.form is None else shown.form.model_dump()
        return cls.model_validate({**shown.link.model_dump(), "paper_form": form})


class Links(BaseModel):
    model_config = with_examples(examples.LINKS)

    items: list[LinkOut]
    next_cursor: str | None


class _Query(BaseModel):
    tenant_id: TenantId | None = None
    bureau_id: BureauId | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = None


class RequestQuery(_Query):
    """query: part of the client's name, caseless, or its tenant_id."""

    status: Status | None = None
    query: _Text | None = None
    sort: Sort = "-created_at"


class LinkQuery(_Query):
    status: Literal["active", "ended"] | None = None
