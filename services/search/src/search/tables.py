"""The read model of clients, and which bureaus may search."""

from datetime import datetime

from sqlalchemy import DateTime, Index, MetaData, func
from sqlmodel import Field, SQLModel

from chassis.schema import ChassisTables

metadata = MetaData()
chassis = ChassisTables(metadata)


class Table(SQLModel):
    metadata = metadata


class Client(Table, table=True):
    """One company database. org_number: ten digits. deleted_at: of the tombstone."""

    __tablename__ = "clients"
    __table_args__ = (Index("clients_org_number", "org_number"),)

    tenant_id: str = Field(primary_key=True)
    org_number: str
    name: str
    city: str
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class BureauEligibility(Table, table=True):
    """What linking last said of a bureau. No row: nothing was said, so it may not search."""

    __tablename__ = "bureau_eligibility"

    bureau_id: str = Field(primary_key=True)
    eligible: bool
    version: int
    reason: str | None = None
    updated_at: datetime = Field(
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.clock_timestamp()},
    )
