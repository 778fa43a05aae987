"""The activation list: what a bureau is linked to and has not activated, in Swedish order (R36)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from activation.client_list import read_query
from activation.cursors import read_cursor, write_cursor
from activation.directory import member
from activation.storage import linked_clients
from activation.tables import Client, LinkedClient
from chassis.auth import Principal
from chassis.problems import Refused
from contracts.fields import TENANT_ID
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class Waiting:
    """One page. total: how many clients match on all pages together."""

    clients: Sequence[tuple[LinkedClient, Client]]
    total: int
    next_cursor: str | None


async def page(
    session: AsyncSession, caller: Principal, query: str, limit: int | None, cursor: str | None
) -> Waiting:
    """The clients whose name, database id or number matches. limit: None for all at once."""
    who = await member(session, caller)
    after = read_cursor(cursor)
    wanted = read_query(query)
    ask = None if limit is None else limit + 1
    found = await linked_clients.not_activated(session, who.bureau_id, wanted, after, ask)
    clients = found[:limit]
    if after is None and len(clients) == len(found):
        return Waiting(clients, len(found), None)
    total = await linked_clients.count_not_activated(session, who.bureau_id, wanted)
    following = write_cursor(clients[-1][1].sort_key) if len(found) > len(clients) else None
    return Waiting(clients, total, following)


async def show(
    session: AsyncSession, caller: Principal, tenant_id: str
) -> tuple[LinkedClient, Client]:
    """One client of the activation list; CLIENT_NOT_FOUND for any other."""
    who = await member(session, caller)
    link = None
    if TENANT_ID.fullmatch(tenant_id):
        link = await linked_clients.pair(session, who.bureau_id, tenant_id)
    if link is None or not link.is_active or link.is_activated:
        raise Refused(Code.CLIENT_NOT_FOUND)
    return link, await linked_clients.client(session, tenant_id)
