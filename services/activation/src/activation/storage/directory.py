"""The directory's read models: bureaus with their users, clients."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activation.tables import Bureau, BureauUser, Client


async def bureau_user(session: AsyncSession, bureau_id: str, user_id: str) -> BureauUser | None:
    return await session.scalar(
        select(BureauUser).where(BureauUser.bureau_id == bureau_id, BureauUser.user_id == user_id)
    )


async def bureau_users(session: AsyncSession, bureau_id: str) -> Sequence[BureauUser]:
    found = await session.scalars(select(BureauUser).where(BureauUser.bureau_id == bureau_id))
    return found.all()


async def unknown_users(session: AsyncSession, bureau_id: str, user_ids: Sequence[str]) -> set[str]:
    """Of these ids, the ones that the bureau has no user for now."""
    known = await session.scalars(
        select(BureauUser.user_id).where(
            BureauUser.bureau_id == bureau_id, col(BureauUser.user_id).in_(user_ids)
        )
    )
    return set(user_ids) - set(known)


async def put_bureaus(session: AsyncSession, bureaus: Sequence[dict[str, str]]) -> None:
    """Inserts or replaces bureaus {bureau_id, name}; their rows stay locked until the commit."""
    rows = sorted(bureaus, key=lambda bureau: bureau["bureau_id"])
    new = insert(Bureau).values([{**row, "deleted_at": None} for row in rows])
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["bureau_id"],
            set_={"name": new.excluded.name, "deleted_at": None},
        )
    )


async def replace_users(
    session: AsyncSession, bureau_ids: Sequence[str], users: Sequence[dict[str, str]]
) -> None:
    """Makes `users` {bureau_id, user_id, name, role} the users of these bureaus, all of them."""
    await session.execute(delete(BureauUser).where(col(BureauUser.bureau_id).in_(bureau_ids)))
    if users:
        # The ORM splits this by itself: a bureau may have 10,000 users, a statement 32,767 values.
        await session.execute(insert(BureauUser), users)


async def mark_bureaus_deleted(session: AsyncSession, bureau_ids: Sequence[str]) -> None:
    await session.execute(
        update(Bureau)
        .where(col(Bureau.bureau_id).in_(bureau_ids), col(Bureau.deleted_at).is_(None))
        .values(deleted_at=func.clock_timestamp())
    )


async def put_clients(session: AsyncSession, clients: Sequence[dict[str, Any]]) -> None:
    """Inserts or replaces clients by the directory's word: Client without deleted_at."""
    new = insert(Client).values([{**client, "deleted_at": None} for client in clients])
    replaced = {name: new.excluded[name] for name in clients[0] if name != "tenant_id"}
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["tenant_id"], set_={**replaced, "deleted_at": None}
        )
    )


async def note_client(session: AsyncSession, client: dict[str, Any]) -> None:
    """Takes an event's word for a client, unless the directory has given its own."""
    new = insert(Client).values(client)
    replaced = {name: new.excluded[name] for name in client if name != "tenant_id"}
    await session.execute(
        new.on_conflict_do_update(
            index_elements=["tenant_id"],
            set_=replaced,
            where=col(Client.from_directory).is_(False),
        )
    )


async def mark_clients_deleted(session: AsyncSession, tenant_ids: Sequence[str]) -> None:
    await session.execute(
        update(Client)
        .where(col(Client.tenant_id).in_(tenant_ids), col(Client.deleted_at).is_(None))
        .values(deleted_at=func.clock_timestamp())
    )
