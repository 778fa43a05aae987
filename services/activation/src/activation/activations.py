"""Activation: a bureau admin takes a linked client into the client list (R38)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from activation.client_list import Listed, listed
from activation.directory import admin
from activation.links import next_event
from activation.permissions import check_once
from activation.storage import directory, linked_clients, permissions
from activation.tables import LinkedClient
from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused, invalid
from contracts.events.activation import ClientActivated, Grant
from contracts.fields import TENANT_ID
from contracts.problem_codes import Code


async def activate(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    tenant_id: str,
    grants: Sequence[Grant],
) -> tuple[LinkedClient, Listed]:
    """Moves the client from the activation list to the client list, with these grants.

    Repeating is harmless: an activated client stays as it is, and the grants of the repetition
    are not looked at. A late retry must not undo what was PUT meanwhile.
    """
    who = await admin(session, caller)
    if not TENANT_ID.fullmatch(tenant_id):
        raise Refused(Code.CLIENT_NOT_FOUND)
    link = await linked_clients.lock_pair(session, who.bureau_id, tenant_id)
    if link is None or not link.is_active:
        raise Refused(Code.NOT_LINKED)
    if not link.is_activated:
        await _check(session, who.bureau_id, grants)
        granted = {
            grant.consultant_id: permissions.in_order(grant.permissions)
            for grant in grants
            if grant.permissions
        }
        await permissions.replace(session, link, granted)
        link.activated_at = await linked_clients.now(session)
        link.activated_by = who.person.model_dump()
        activated = ClientActivated(
            **await next_event(session, link),
            activated_by=who.person,
            grants=tuple(
                Grant(consultant_id=consultant_id, permissions=permissions)
                for consultant_id, permissions in granted.items()
            ),
        )
        await outbox.add(session, [activated])
    return link, await listed(session, who, link)


async def _check(session: AsyncSession, bureau_id: str, grants: Sequence[Grant]) -> None:
    named = [grant.consultant_id for grant in grants]
    unknown = await directory.unknown_users(session, bureau_id, named)
    for place, grant in enumerate(grants):
        field = f"grants[{place}].consultant_id"
        if grant.consultant_id in unknown:
            raise invalid(field, "is not among the bureau's users")
        if grant.consultant_id in named[:place]:
            raise invalid(field, "is named a second time")
        check_once(f"grants[{place}].permissions", grant.permissions)
