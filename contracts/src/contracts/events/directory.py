"""What the platform's registers say.

Compacted: the newest record of a key is its state, a tombstone deletes it.
"""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from contracts.events.event import Event, Part
from contracts.fields import (
    BureauId,
    DirectoryOrgNumber,
    Email,
    EntryPoint,
    Locale,
    Name,
    TenantId,
    Text,
    UserId,
)
from contracts.topics import DIRECTORY_BUREAUS, DIRECTORY_CLIENTS, Topic

Role = Literal["bureau_admin", "consultant"]


class SystemAdmin(Part):
    user_id: UserId
    name: Name
    email: Email
    locale: Locale = "sv"


class ClientRecord(Event):
    """One company database. org_number is not unique: a company may have several."""

    topic: ClassVar[Topic] = DIRECTORY_CLIENTS

    tenant_id: TenantId
    org_number: DirectoryOrgNumber
    name: Name
    city: Text = ""
    system_admins: tuple[SystemAdmin, ...] = Field(default=(), max_length=1000)

    @field_validator("system_admins")
    @classmethod
    def _each_once(cls, admins: tuple[SystemAdmin, ...]) -> tuple[SystemAdmin, ...]:
        # One person twice would get two mails and count as two who could accept.
        if len({admin.user_id for admin in admins}) != len(admins):
            raise ValueError("must name each user_id once")
        return admins

    def key(self) -> str:
        return self.tenant_id


class BureauUser(Part):
    user_id: UserId
    name: Name
    email: Email
    locale: Locale = "sv"
    role: Role


class BureauRecord(Event):
    """One bureau and its users. group: the chain it belongs to, or None."""

    topic: ClassVar[Topic] = DIRECTORY_BUREAUS

    bureau_id: BureauId
    org_number: DirectoryOrgNumber
    name: Name
    group: Text | None = None
    multi_company_setup: bool = False
    entry_points: tuple[EntryPoint, ...] = ("client_manager",)
    users: tuple[BureauUser, ...] = Field(default=(), max_length=10_000)

    @field_validator("users")
    @classmethod
    def _each_once(cls, users: tuple[BureauUser, ...]) -> tuple[BureauUser, ...]:
        if len({user.user_id for user in users}) != len(users):
            raise ValueError("must name each user_id once")
        return users

    def key(self) -> str:
        return self.bureau_id
