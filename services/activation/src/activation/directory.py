"""The directory as activation knows it: who a caller is now, and keeping up with its records."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activation.storage import directory as storage
from activation.swedish import folded, name_key, sort_key
from activation.tables import BureauUser
from chassis.auth import Principal
from chassis.handlers import Change
from chassis.problems import Refused
from contracts.events.event import Person
from contracts.fields import IDENTIFIER
from contracts.org_number import OrgNumber
from contracts.problem_codes import Code

ADMIN = "bureau_admin"


@dataclass(frozen=True, slots=True)
class Member:
    """A caller who is among a bureau's users now. is_admin: by the token and by the directory."""

    bureau_id: str
    user_id: str
    name: str
    is_admin: bool

    @property
    def person(self) -> Person:
        return Person(user_id=self.user_id, name=self.name, side="bureau")


async def member(session: AsyncSession, caller: Principal) -> Member:
    """The caller as the directory knows her; FORBIDDEN for a bureau or user that it doesn't."""
    bureau_id, user_id = caller.bureau_id or "", caller.sub
    if not IDENTIFIER.fullmatch(bureau_id) or not IDENTIFIER.fullmatch(user_id):
        raise Refused(Code.FORBIDDEN)
    user = await storage.bureau_user(session, bureau_id, user_id)
    if user is None:
        raise Refused(Code.FORBIDDEN, "The directory does not know this user at this bureau")
    return Member(bureau_id, user_id, user.name, user.role == ADMIN and caller.has(ADMIN))


async def admin(session: AsyncSession, caller: Principal) -> Member:
    """As `member`; FORBIDDEN also where the directory says that she is no admin (any more)."""
    found = await member(session, caller)
    if not found.is_admin:
        raise Refused(Code.FORBIDDEN, "Only an admin of the bureau may do that")
    return found


async def consultants(session: AsyncSession, caller: Principal) -> list[BureauUser]:
    """The users of the caller's bureau, in Swedish order."""
    found = await storage.bureau_users(session, (await member(session, caller)).bureau_id)
    return sorted(found, key=lambda user: (name_key(user.name), user.user_id))


async def take_bureaus(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Brings bureaus and their users up to the directory's newest records."""
    kept = [change.state for change in changes if change.state is not None]
    gone = [change.key for change in changes if change.state is None]
    if kept:
        await storage.put_bureaus(
            session, [{"bureau_id": bureau.bureau_id, "name": bureau.name} for bureau in kept]
        )
    if gone:
        await storage.mark_bureaus_deleted(session, gone)
    users = [
        {
            "bureau_id": bureau.bureau_id,
            "user_id": user.user_id,
            "name": user.name,
            "role": user.role,
        }
        for bureau in kept
        for user in bureau.users
    ]
    await storage.replace_users(session, [change.key for change in changes], users)


async def take_clients(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Brings names and numbers up to the directory's newest records."""
    kept = [
        {
            "tenant_id": change.state.tenant_id,
            **named(change.state.name, change.state.tenant_id),
            **numbered(change.state.org_number),
            "from_directory": True,
        }
        for change in sorted(changes, key=lambda change: change.key)
        if change.state is not None
    ]
    gone = [change.key for change in changes if change.state is None]
    if kept:
        await storage.put_clients(session, kept)
    if gone:
        await storage.mark_clients_deleted(session, gone)


def named(name: str, tenant_id: str) -> dict[str, str]:
    """A name with all that is searched and sorted by."""
    return {"name": name, "folded_name": folded(name), "sort_key": sort_key(name, tenant_id)}


def numbered(org_number: str) -> dict[str, str | None]:
    """A number as it is shown, and its digits where they are known: an event's may be masked."""
    if org_number.endswith("*"):
        return {"org_number": None, "shown_org_number": org_number}
    number = OrgNumber.parse(org_number)
    return {"org_number": number.digits, "shown_org_number": number.masked}
