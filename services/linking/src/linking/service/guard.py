"""Which bureau a caller acts for: its users of now, as the directory says."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.problems import Refused
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


async def readable(session: AsyncSession, caller: Principal) -> str | None:
    """The one bureau whose rows the caller may read; None for support and ops, who read all."""
    if caller.has("support_agent", "ops"):
        return None
    return (await bureau_of(session, caller)).bureau_id
