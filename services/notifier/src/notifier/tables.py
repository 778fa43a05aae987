"""Deliveries, and which requests are decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    MetaData,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.schema import ChassisTables

metadata = MetaData()
chassis = ChassisTables(metadata)
_now = {"server_default": func.clock_timestamp()}


class Table(SQLModel):
    metadata = metadata


class Request(Table, table=True):
    """A request that mails were asked for, or that was decided before we heard of it.

    Its row is the lock of everybody who queues or voids mails of the request.
    """

    __tablename__ = "requests"

    request_id: UUID = Field(primary_key=True)
    decided: bool
    updated_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs=_now)


class Delivery(Table, table=True):
    """One mail of one event to one recipient.

    mail: the template. subject_id: the request or the link. sending: the window's number, for
    mails of sendings. data: what the template needs; never a token. message_id: fixed here, so
    that a mail handed over twice can be told. status: queued → sending → sent, failed, or back;
    void when a decision made it pointless. unwanted: such a decision came while it was in a
    worker's hands. due_at: while queued, when it may be tried; while sending, when its lease ends.
    lease_token: grows with each lease; a result is taken only from who holds the newest.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "mail", "user_id", name="deliveries_once"),
        CheckConstraint(
            "status IN ('queued', 'sending', 'sent', 'failed', 'void')", name="deliveries_status"
        ),
        Index(
            "deliveries_due",
            "due_at",
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index("deliveries_subject", "subject_id"),
    )

    id: UUID = Field(primary_key=True)
    event_id: UUID
    mail: str
    bureau_id: str
    tenant_id: str
    subject_id: UUID
    sending: int | None = None
    user_id: str
    name: str
    address: str
    locale: str
    data: dict[str, Any] = Field(sa_type=JSONB)
    message_id: str
    status: str = Field(default="queued", sa_column_kwargs={"server_default": "queued"})
    unwanted: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    due_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs=_now)
    give_up_at: datetime = Field(sa_type=DateTime(timezone=True))
    lease_token: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    last_error: str | None = None
    created_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs=_now)
    settled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
