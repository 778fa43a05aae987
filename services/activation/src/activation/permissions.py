"""Who may do what at a client: per consultant, client and program (R39)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activation.client_list import activated_link
from activation.directory import admin, consultants, member
from activation.links import next_event
from activation.storage import directory as directory_storage
from activation.storage import permissions as storage
from activation.tables import BureauUser
from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused, invalid
from contracts.events.activation import Permission, PermissionsChanged
from contracts.fields import IDENTIFIER
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class Access:
    """One consultant and her permissions at one client."""

    consultant: BureauUser
    permissions: storage.Permissions


async def of_client(session: AsyncSession, caller: Principal, tenant_id: str) -> list[Access]:
    """Every consultant of the bureau, those without permissions too, in Swedish order."""
    who = await admin(session, caller)
    link = await activated_link(session, who.bureau_id, tenant_id)
    granted = await storage.of_client(session, link)
    return [
        Access(user, granted.get(user.user_id, ())) for user in await consultants(session, caller)
    ]


async def of_consultant(
    session: AsyncSession, caller: Principal, tenant_id: str, consultant_id: str
) -> Access:
    """One consultant's; FORBIDDEN for another's, unless an admin asks."""
    who = await member(session, caller)
    if not who.is_admin and consultant_id != who.user_id:
        raise Refused(Code.FORBIDDEN, "Only an admin of the bureau may see another's permissions")
    link = await activated_link(session, who.bureau_id, tenant_id)
    consultant = await _consultant(session, who.bureau_id, consultant_id)
    granted = await storage.of_client(session, link)
    return Access(consultant, granted.get(consultant_id, ()))


async def replace(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    tenant_id: str,
    consultant_id: str,
    permissions: Sequence[Permission],
) -> Access:
    """Makes these the consultant's permissions at the client; nobody else's change (R39)."""
    who = await admin(session, caller)
    link = await activated_link(session, who.bureau_id, tenant_id, lock=True)
    consultant = await _consultant(session, who.bureau_id, consultant_id)
    check_once("permissions", permissions)
    wanted = storage.in_order(permissions)
    if wanted != (await storage.of_client(session, link)).get(consultant_id, ()):
        await storage.replace(session, link, {consultant_id: wanted})
        changed = PermissionsChanged(
            **await next_event(session, link),
            changed_by=who.person,
            consultant_id=consultant_id,
            permissions=wanted,
        )
        await outbox.add(session, [changed])
    return Access(consultant, wanted)


def check_once(field: str, permissions: Sequence[Permission]) -> None:
    """INVALID_INPUT that names the second of two permissions for one program."""
    programs: set[str] = set()
    for place, permission in enumerate(permissions):
        if permission.program in programs:
            raise invalid(f"{field}[{place}].program", "names a program a second time")
        programs.add(permission.program)


async def _consultant(session: AsyncSession, bureau_id: str, consultant_id: str) -> BureauUser:
    known = IDENTIFIER.fullmatch(consultant_id) is not None
    found = (
        await directory_storage.bureau_user(session, bureau_id, consultant_id) if known else None
    )
    if found is None:
        raise Refused(Code.NOT_FOUND, "The bureau has no such consultant")
    return found
