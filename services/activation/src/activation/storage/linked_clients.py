"""Linked clients: one pair, the activation list, pages of the client list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activation.tables import Client, LinkedClient


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search looks for; any of them is enough.

    name: folded, anywhere in the name. digits: the beginning of a tenant id, or of what is shown
    of an organisation number. org_number: ten digits, the whole number.
    """

    name: str
    digits: str | None = None
    org_number: str | None = None


async def now(session: AsyncSession) -> datetime:
    """The database's time, for rules; ask after the lock."""
    moment: datetime | None = await session.scalar(select(func.clock_timestamp()))
    assert moment is not None
    return moment


async def pair(session: AsyncSession, bureau_id: str, tenant_id: str) -> LinkedClient | None:
    return await session.scalar(
        select(LinkedClient).where(
            LinkedClient.bureau_id == bureau_id, LinkedClient.tenant_id == tenant_id
        )
    )


async def lock_pair(session: AsyncSession, bureau_id: str, tenant_id: str) -> LinkedClient | None:
    """The pair as it is now, and nobody else's to change until the commit."""
    return await session.scalar(
        select(LinkedClient)
        .where(LinkedClient.bureau_id == bureau_id, LinkedClient.tenant_id == tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def keyed(
    session: AsyncSession, after: str | None, key: str | None, limit: int
) -> Sequence[LinkedClient]:
    """Pairs behind the key `after`, or of one key: `bureau_id:tenant_id`, by which they are
    ordered. Nobody else's to change until the commit."""
    pair = (col(LinkedClient.bureau_id), col(LinkedClient.tenant_id))
    question = select(LinkedClient).order_by(*pair).limit(limit).with_for_update()
    if after is not None:
        question = question.where(tuple_(*pair) > tuple_(*after.partition(":")[::2]))
    if key is not None:
        bureau_id, _, tenant_id = key.partition(":")
        question = question.where(
            LinkedClient.bureau_id == bureau_id, LinkedClient.tenant_id == tenant_id
        )
    return (await session.scalars(question)).all()


async def client(session: AsyncSession, tenant_id: str) -> Client:
    """The client of a link; every link's client has a row."""
    return (await session.scalars(select(Client).where(Client.tenant_id == tenant_id))).one()


async def not_activated(
    session: AsyncSession,
    bureau_id: str,
    wanted: Wanted | None,
    after: str | None,
    limit: int | None,
) -> Sequence[tuple[LinkedClient, Client]]:
    """The bureau's active links that nobody has activated, in Swedish order, from behind the sort
    key `after`. limit: None for all."""
    question = (
        select(LinkedClient, Client)
        .join(Client, col(Client.tenant_id) == col(LinkedClient.tenant_id))
        .where(*_waiting(bureau_id, wanted))
        .order_by(col(Client.sort_key))
        .limit(limit)
    )
    if after is not None:
        question = question.where(col(Client.sort_key) > after)
    return [(link, client) for link, client in await session.execute(question)]


async def count_not_activated(session: AsyncSession, bureau_id: str, wanted: Wanted | None) -> int:
    question = (
        select(func.count())
        .select_from(LinkedClient)
        .join(Client, col(Client.tenant_id) == col(LinkedClient.tenant_id))
        .where(*_waiting(bureau_id, wanted))
    )
    return await session.scalar(question) or 0


async def activated(
    session: AsyncSession, bureau_id: str, wanted: Wanted | None, after: str | None, limit: int
) -> Sequence[Client]:
    """The bureau's activated clients in Swedish order, from behind the sort key `after`."""
    query = (
        select(Client)
        .join(LinkedClient, col(Client.tenant_id) == col(LinkedClient.tenant_id))
        .where(
            LinkedClient.bureau_id == bureau_id,
            LinkedClient.status == "active",
            col(LinkedClient.activated_at).is_not(None),
        )
        .order_by(col(Client.sort_key))
        .limit(limit)
    )
    if wanted is not None:
        query = query.where(or_(*_matches(wanted)))
    if after is not None:
        query = query.where(col(Client.sort_key) > after)
    return (await session.scalars(query)).all()


def _waiting(bureau_id: str, wanted: Wanted | None) -> list[ColumnElement[bool]]:
    found = [
        col(LinkedClient.bureau_id) == bureau_id,
        col(LinkedClient.status) == "active",
        col(LinkedClient.activated_at).is_(None),
    ]
    return found if wanted is None else [*found, or_(*_matches(wanted))]


def _matches(wanted: Wanted) -> list[ColumnElement[bool]]:
    # strpos and starts_with, since % and _ in a name are no wildcards.
    matches: list[ColumnElement[bool]] = [func.strpos(Client.folded_name, wanted.name) > 0]
    if wanted.digits is not None:
        shown = func.translate(Client.shown_org_number, "-*", "")
        matches.append(func.starts_with(Client.tenant_id, wanted.digits))
        matches.append(func.starts_with(shown, wanted.digits))
    if wanted.org_number is not None:
        matches.append(col(Client.org_number) == wanted.org_number)
    return matches
