"""What search can do: find clients, and keep up with the directory."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.handlers import Change
from chassis.problems import Refused, invalid
from contracts.events.linking import DELETED
from contracts.org_number import OrgNumber, OrgNumberError
from contracts.problem_codes import Code
from search import storage
from search.tables import Client

BUREAU_ROLES = ("bureau_admin", "consultant")


async def find(
    session: AsyncSession, caller: Principal, tenant_id: str | None, org_number: str | None
) -> list[tuple[Client, str]]:
    """The clients of exactly one identifier, each with its number as this caller may see it.

    Raises BUREAU_EXCLUDED before anything is looked up (R13), INVALID_INPUT for neither or both
    (R18), ORG_NUMBER_INVALID for a wrong number (R17). A sole trader's number is masked unless
    it was searched by.
    """
    await _check_bureau(session, caller)
    if (tenant_id is None) == (org_number is None):
        raise invalid("tenant_id", "give exactly one of tenant_id and org_number")
    if tenant_id is not None:
        found = await storage.clients_by_tenant_id(session, tenant_id)
        return [(client, OrgNumber.parse(client.org_number).masked) for client in found]
    try:
        number = OrgNumber.parse(org_number)
    except OrgNumberError as error:
        raise Refused(Code.ORG_NUMBER_INVALID, str(error)) from None
    found = await storage.clients_by_org_number(session, number.digits)
    return [(client, number.display) for client in found]


async def _check_bureau(session: AsyncSession, caller: Principal) -> None:
    if not caller.has(*BUREAU_ROLES):
        return
    if caller.bureau_id is None:
        raise Refused(Code.FORBIDDEN)
    word = await storage.eligibility(session, caller.bureau_id)
    if word is None or word.reason == DELETED:
        raise Refused(Code.FORBIDDEN, "The directory does not know this bureau")
    if not word.eligible:
        raise Refused(Code.BUREAU_EXCLUDED)


async def take_clients(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Brings the read model up to the directory's newest records."""
    gone = [change.key for change in changes if change.state is None]
    kept = [
        {
            "tenant_id": change.state.tenant_id,
            "org_number": OrgNumber.parse(change.state.org_number).digits,
            "name": change.state.name,
            "city": change.state.city,
        }
        for change in changes
        if change.state is not None
    ]
    if kept:
        await storage.put_clients(session, kept)
    if gone:
        await storage.mark_deleted(session, gone)


async def take_eligibility(session: AsyncSession, changes: Sequence[Change]) -> None:
    """Keeps who may search; a deleted word counts as none at all only once linking says so."""
    for change in changes:
        if change.state is not None:
            await storage.put_eligibility(
                session,
                change.key,
                eligible=change.state.eligible,
                reason=change.state.reason,
                version=change.state.version,
            )
