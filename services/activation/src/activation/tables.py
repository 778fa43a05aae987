"""The directory's read models, linked clients with their permissions, and sign-ins."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.schema import ChassisTables

metadata = MetaData()
chassis = ChassisTables(metadata)
_moment = DateTime(timezone=True)
_person = JSONB(none_as_null=True)


class Table(SQLModel):
    metadata = metadata


class Bureau(Table, table=True):
    """One bureau; its row is the lock of its users. deleted_at: of the tombstone."""

    __tablename__ = "bureaus"

    bureau_id: str = Field(primary_key=True)
    name: str
    deleted_at: datetime | None = Field(default=None, sa_type=_moment)


class BureauUser(Table, table=True):
    """A user whom the bureau has now. role: bureau_admin or consultant, as the directory says."""

    __tablename__ = "bureau_users"

    bureau_id: str = Field(primary_key=True, foreign_key="bureaus.bureau_id")
    user_id: str = Field(primary_key=True)
    name: str
    role: str


class Client(Table, table=True):
    """One company database: by the directory, or by its link's event until the directory speaks.

    folded_name, sort_key: see swedish.py. org_number: ten digits, None where only the masked form
    is known. shown_org_number: `NNNNNN-NNNN`, or `YYMMDD-****` for a sole trader.
    """

    __tablename__ = "clients"
    __table_args__ = (Index("clients_sort_key", "sort_key", unique=True),)

    tenant_id: str = Field(primary_key=True)
    name: str
    folded_name: str
    sort_key: str = Field(sa_type=String(collation="C"))
    org_number: str | None = None
    shown_org_number: str
    from_directory: bool
    deleted_at: datetime | None = Field(default=None, sa_type=_moment)


class LinkedClient(Table, table=True):
    """The current or last link of a bureau and a client. Kept when it ends, for its version.

    version: the pair's, as linking counts. revision: of activation's own events. activated_at:
    None while the client is in the activation list. accepted_by, activated_by: Person.
    """

    __tablename__ = "linked_clients"
    __table_args__ = (CheckConstraint("status IN ('active', 'ended')"),)

    bureau_id: str = Field(primary_key=True)
    tenant_id: str = Field(primary_key=True)
    link_id: UUID
    version: int
    status: str
    route: str
    linked_at: datetime | None = Field(default=None, sa_type=_moment)
    accepted_by: dict[str, Any] | None = Field(default=None, sa_type=_person)
    ended_at: datetime | None = Field(default=None, sa_type=_moment)
    activated_at: datetime | None = Field(default=None, sa_type=_moment)
    activated_by: dict[str, Any] | None = Field(default=None, sa_type=_person)
    revision: int = 0

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @property
    def is_activated(self) -> bool:
        return self.is_active and self.activated_at is not None


class Permission(Table, table=True):
    """What one consultant may do in one program of one client, by the current link."""

    __tablename__ = "permissions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["bureau_id", "tenant_id"], ["linked_clients.bureau_id", "linked_clients.tenant_id"]
        ),
    )

    bureau_id: str = Field(primary_key=True)
    tenant_id: str = Field(primary_key=True)
    consultant_id: str = Field(primary_key=True)
    program: str = Field(primary_key=True)
    access: str


class SignIn(Table, table=True):
    """One hand-off to the platform. program: the one that was asked for, if any."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("sign_ins_expires_at", "expires_at"),)

    id: UUID = Field(primary_key=True)
    bureau_id: str
    tenant_id: str
    link_id: UUID
    user_id: str
    program: str | None = None
    created_at: datetime = Field(sa_type=_moment)
    expires_at: datetime = Field(sa_type=_moment)
    redeemed_at: datetime | None = Field(default=None, sa_type=_moment)
