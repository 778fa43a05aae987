"""What linking keeps: the directory as far as it needs it, requests, links, exclusion rules.

Persons are kept as the JSON of contracts.events.event.Person and Recipient. Names of bureau and
client in requests and links are those of the moment they were made.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.schema import ChassisTables

metadata = MetaData()
chassis = ChassisTables(metadata)

_moment: Any = DateTime(timezone=True)


class Table(SQLModel):
    metadata = metadata


class Client(Table, table=True):
    """One company database. org_number: ten digits. system_admins: [Recipient]."""

    __tablename__ = "clients"

    tenant_id: str = Field(primary_key=True)
    org_number: str
    name: str
    city: str
    system_admins: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    deleted_at: datetime | None = Field(default=None, sa_type=_moment)


class Bureau(Table, table=True):
    """One bureau. chain: BureauRecord.group. users: [Recipient with role]."""

    __tablename__ = "bureaus"

    bureau_id: str = Field(primary_key=True)
    org_number: str
    name: str
    chain: str | None = None
    multi_company_setup: bool
    entry_points: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    users: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    deleted_at: datetime | None = Field(default=None, sa_type=_moment)


class ExclusionRule(Table, table=True):
    """Who may not use the digital route. key: value as it is compared, see exclusions.key_of."""

    __tablename__ = "exclusion_rules"

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str
    added_at: datetime = Field(
        sa_type=_moment, sa_column_kwargs={"server_default": func.clock_timestamp()}
    )


class Eligibility(Table, table=True):
    """What was last published of a bureau on linking.bureaus.v1."""

    __tablename__ = "bureau_eligibility"

    bureau_id: str = Field(primary_key=True)
    eligible: bool
    reason: str | None = None
    version: int


class Pair(Table, table=True):
    """A bureau and a client: the aggregate. Every writer locks this row first."""

    __tablename__ = "pairs"

    bureau_id: str = Field(primary_key=True)
    tenant_id: str = Field(primary_key=True)
    version: int = Field(default=0)


class LinkRequest(Table, table=True):
    """One ask. version: the pair's at its last change. sending: the newest sending's number.

    status as it is stored: an unswept `pending` one may be past its expires_at.
    client_key: see swedish.sort_key.
    """

    __tablename__ = "link_requests"
    __table_args__ = (
        Index(
            "link_requests_one_pending",
            "bureau_id",
            "tenant_id",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
        Index("link_requests_created_at", "bureau_id", "created_at", "id"),
        Index("link_requests_pair", "bureau_id", "tenant_id", "created_at"),
        Index("link_requests_due", "expires_at", postgresql_where=text("status = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    bureau_id: str
    tenant_id: str
    status: str
    version: int
    sending: int
    entry_point: str
    message: str | None = None
    bureau_name: str
    client_name: str
    client_key: str
    requested_by: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_type=_moment)
    expires_at: datetime = Field(sa_type=_moment)
    decided_at: datetime | None = Field(default=None, sa_type=_moment)
    decided_by: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True))
    )
    reason: str | None = None


class Sending(Table, table=True):
    """Mails that went out together; their links end together. number: the token's window.
    bureau_id: the request's, to count by.

    reminded_at: when the one reminder was due and said (D3). undeliverable_at: when the last of
    its mails had failed for good (D7).
    """

    __tablename__ = "sendings"
    __table_args__ = (Index("sendings_bureau", "bureau_id", "sent_at"),)

    request_id: UUID = Field(primary_key=True, foreign_key="link_requests.id")
    number: int = Field(primary_key=True)
    bureau_id: str
    sent_at: datetime = Field(sa_type=_moment)
    expires_at: datetime = Field(sa_type=_moment)
    reminded_at: datetime | None = Field(default=None, sa_type=_moment)
    undeliverable_at: datetime | None = Field(default=None, sa_type=_moment)


class MailedAdmin(Table, table=True):
    """One recipient of a sending. sent_at: the sending's, to count by. mail: queued, sent or
    failed."""

    __tablename__ = "recipients"
    __table_args__ = (
        ForeignKeyConstraint(["request_id", "sending"], ["sendings.request_id", "sendings.number"]),
        Index("recipients_address", text("lower(email)"), "sent_at"),
    )

    request_id: UUID = Field(primary_key=True)
    sending: int = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    name: str
    email: str
    locale: str
    sent_at: datetime = Field(sa_type=_moment)
    mail: str = Field(default="queued")
    mail_error: str | None = None
    message_id: str | None = None


class RequestEvent(Table, table=True):
    """The time line. by: Person or None. user_id: whose mail the text is about, or None. source:
    what must not be told twice, or None."""

    __tablename__ = "request_events"
    __table_args__ = (
        Index("request_events_request", "request_id", "at", "id"),
        Index("request_events_source", "source", unique=True),
        Index("request_events_user", "user_id", postgresql_where=text("user_id IS NOT NULL")),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    request_id: UUID = Field(foreign_key="link_requests.id")
    at: datetime = Field(sa_type=_moment)
    type: str
    by: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    text: str | None = None
    user_id: str | None = None
    source: UUID | None = None


class Link(Table, table=True):
    """A bureau and a client are, or were, linked. version: the pair's at the last change."""

    __tablename__ = "links"
    __table_args__ = (
        Index(
            "links_one_active",
            "bureau_id",
            "tenant_id",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index("links_tenant", "tenant_id"),
        Index("links_established_at", "bureau_id", "established_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    bureau_id: str
    tenant_id: str
    status: str
    route: str
    version: int
    request_id: UUID | None = Field(default=None, foreign_key="link_requests.id")
    bureau_name: str
    client_name: str
    established_at: datetime = Field(sa_type=_moment)
    accepted_by: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True))
    )
    ended_at: datetime | None = Field(default=None, sa_type=_moment)
    ended_by: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True))
    )
    reason: str | None = None


class PaperForm(Table, table=True):
    """The signed form that a link was registered from. reference: where the form is archived."""

    __tablename__ = "paper_forms"

    link_id: UUID = Field(primary_key=True, foreign_key="links.id")
    form_kind: str
    signed_by: str
    signatory_role: str
    signed_on: date
    reference: str
    registered_by: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    registered_at: datetime = Field(sa_type=_moment)


class AuditEntry(Table, table=True):
    """One act of the audit trail; only ever added. Fields: contracts.audit_chain.Entry."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("audit_entries_at", "at", "chain", "seq"),
        Index("audit_entries_bureau", "bureau_id", "at", "chain", "seq"),
    )

    chain: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=_moment)
    action: str
    subject: str
    bureau_id: str | None = None
    side: str | None = None
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    person_digest: str | None = None
    shown_digest: str | None = None
    previous: str
    hash: str


class AuditPerson(Table, table=True):
    """Who acted, from where, and what she saw; taken away when she is erased."""

    __tablename__ = "audit_persons"
    __table_args__ = (
        ForeignKeyConstraint(["chain", "seq"], ["audit_entries.chain", "audit_entries.seq"]),
        Index("audit_persons_user", text("(person ->> 'user_id')")),
    )

    chain: str = Field(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    salt: str
    person: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    shown: str | None = None


class AuditAnchor(Table, table=True):
    """The last entry of a chain that retention has taken away; where the chain begins now."""

    __tablename__ = "audit_anchors"

    chain: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str
