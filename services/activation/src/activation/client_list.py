"""The client list: all activated clients of a bureau, in Swedish order, a page at a time (R43)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activation.cursors import read_cursor, write_cursor
from activation.directory import Member, member
from activation.storage import linked_clients, permissions
from activation.storage.linked_clients import Wanted
from activation.swedish import folded
from activation.tables import Client, LinkedClient
from chassis.auth import Principal
from chassis.problems import Refused
from contracts.fields import TENANT_ID
from contracts.org_number import OrgNumber, OrgNumberError
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class Listed:
    """A client as one caller sees it. permissions: the caller's own there."""

    client: Client
    org_number: str
    permissions: permissions.Permissions


async def page(
    session: AsyncSession, caller: Principal, query: str, limit: int, cursor: str | None
) -> tuple[list[Listed], str | None]:
    """Clients whose name, database id or number matches, and the next page's cursor.

    A sole trader's number is masked unless the caller searched by the whole of it.
    """
    who = await member(session, caller)
    after = read_cursor(cursor)
    wanted = read_query(query)
    found = await linked_clients.activated(session, who.bureau_id, wanted, after, limit + 1)
    clients = found[:limit]
    following = write_cursor(clients[-1].sort_key) if len(found) > limit else None
    return await _listed(session, who, clients, wanted), following


async def show(
    session: AsyncSession, caller: Principal, tenant_id: str
) -> tuple[LinkedClient, Listed]:
    """One client of the client list; CLIENT_NOT_FOUND for any other (R37)."""
    who = await member(session, caller)
    link = await activated_link(session, who.bureau_id, tenant_id)
    return link, await listed(session, who, link)


async def listed(session: AsyncSession, who: Member, link: LinkedClient) -> Listed:
    client = await linked_clients.client(session, link.tenant_id)
    return (await _listed(session, who, [client], None))[0]


async def activated_link(
    session: AsyncSession, bureau_id: str, tenant_id: str, *, lock: bool = False
) -> LinkedClient:
    """The activated link of a client in the bureau's client list; else CLIENT_NOT_FOUND."""
    ask = linked_clients.lock_pair if lock else linked_clients.pair
    link = await ask(session, bureau_id, tenant_id) if TENANT_ID.fullmatch(tenant_id) else None
    if link is None or not link.is_activated:
        raise Refused(Code.CLIENT_NOT_FOUND)
    return link


def read_query(query: str) -> Wanted | None:
    """What a search means. Digits count with or without blanks and hyphens.

    Only the whole of a personal number finds its client, since trying digit after digit would
    tell the rest of it.
    """
    name = folded(query)
    if not name:
        return None
    digits = "".join(name.replace("-", "").replace("–", "").split())
    if not (digits.isascii() and digits.isdecimal()):
        return Wanted(name)
    try:
        return Wanted(name, digits, OrgNumber.parse(query.strip()).digits)
    except OrgNumberError:
        return Wanted(name, digits)


async def _listed(
    session: AsyncSession, who: Member, clients: Sequence[Client], wanted: Wanted | None
) -> list[Listed]:
    own = await permissions.of_consultant(
        session, who.bureau_id, who.user_id, [client.tenant_id for client in clients]
    )
    searched_by = wanted.org_number if wanted else None
    return [
        Listed(
            client,
            OrgNumber(client.org_number).display
            if client.org_number is not None and client.org_number == searched_by
            else client.shown_org_number,
            own.get(client.tenant_id, ()),
        )
        for client in clients
    ]
