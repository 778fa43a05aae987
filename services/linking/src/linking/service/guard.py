"""Which bureau a caller acts for: its users of now, as the directory says."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.problems import Refused
from contracts.events.event import Person
from contracts.fields import IDENTIFIER
from contracts.problem_codes import Code
from linking.storage import directory
from linking.storage.directory import BureauNow

BUREAU_ROLES = ("bureau_admin", "consultant")
READERS = (*BUREAU_ROLES, "support_agent", "ops")


async def bureau_of(session: AsyncSession, caller: Principal, *, lock: bool = False) -> BureauNow:
    """The bureau of one of its users, with her directory record in `member`.

    The token says who calls; what she is there, the directory's role says. Raises FORBIDDEN for
    a bureau or a user that the directory doesn't know, or no longer.
    """
    if caller.bureau_id is None or not caller.has(*BUREAU_ROLES):
        raise Refused(Code.FORBIDDEN)
    bureau = await directory.bureau(session, caller.bureau_id, caller.sub, lock=lock)
    if bureau is None or bureau.member is None:
        raise Refused(Code.FORBIDDEN, "The directory does not know this user of this bureau")
    return bureau


def reads_all(caller: Principal) -> bool:
    """Support and ops see every bureau's rows, and what no bureau is shown of them."""
    return caller.has("support_agent", "ops")


async def readable(session: AsyncSession, caller: Principal) -> str | None:
    """The one bureau whose rows the caller may read; None for support and ops, who read all."""
    if reads_all(caller):
        return None
    return (await bureau_of(session, caller)).bureau_id


def person_of(bureau: BureauNow) -> Person:
    """The bureau's user who acts, as `bureau_of` found her."""
    member = bureau.member or {}
    return Person(user_id=member["user_id"], name=member["name"], side="bureau")


def support_person(caller: Principal) -> Person:
    """The support agent, or the operator, who acts. No directory lists them: the token says it.

    Raises FORBIDDEN for a subject that could not be named in an event.
    """
    if not IDENTIFIER.fullmatch(caller.sub):
        raise Refused(Code.FORBIDDEN, "sub must be 1 to 64 of A-Z a-z 0-9 . _ -")
    name = (caller.name or "").strip()[:200] or caller.sub
    return Person(user_id=caller.sub, name=name, side="support")


async def bureau_admin_of(session: AsyncSession, caller: Principal) -> BureauNow:
    """As `bureau_of`, with its record kept as it is; FORBIDDEN where she is no admin there (any
    more)."""
    bureau = await bureau_of(session, caller, lock=True)
    if not caller.has("bureau_admin") or (bureau.member or {}).get("role") != "bureau_admin":
        raise Refused(Code.FORBIDDEN, "Only an admin of the bureau may do that")
    return bureau
