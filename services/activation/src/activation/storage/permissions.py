"""Permissions of consultants at a bureau's clients."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activation.tables import LinkedClient, Permission
from contracts.events.activation import Permission as Granted
from contracts.fields import PROGRAMS

Permissions = tuple[Granted, ...]
"""One consultant's at one client, in the order of PROGRAMS."""


def in_order(permissions: Sequence[Granted]) -> Permissions:
    return tuple(sorted(permissions, key=lambda granted: PROGRAMS.index(granted.program)))


async def of_client(session: AsyncSession, link: LinkedClient) -> dict[str, Permissions]:
    """By consultant; only those who have any."""
    found = await session.scalars(
        select(Permission).where(
            Permission.bureau_id == link.bureau_id, Permission.tenant_id == link.tenant_id
        )
    )
    return _grouped((row.consultant_id, row) for row in found)


async def of_consultant(
    session: AsyncSession, bureau_id: str, consultant_id: str, tenant_ids: Sequence[str]
) -> dict[str, Permissions]:
    """By client, of these clients; only those where the consultant has any."""
    found = await session.scalars(
        select(Permission).where(
            Permission.bureau_id == bureau_id,
            Permission.consultant_id == consultant_id,
            col(Permission.tenant_id).in_(tenant_ids),
        )
    )
    return _grouped((row.tenant_id, row) for row in found)


async def replace(
    session: AsyncSession, link: LinkedClient, granted: Mapping[str, Sequence[Granted]]
) -> None:
    """Makes these the permissions of the consultants named; the others' stay."""
    await session.execute(
        delete(Permission).where(
            col(Permission.bureau_id) == link.bureau_id,
            col(Permission.tenant_id) == link.tenant_id,
            col(Permission.consultant_id).in_(granted),
        )
    )
    rows = [
        {
            "bureau_id": link.bureau_id,
            "tenant_id": link.tenant_id,
            "consultant_id": consultant_id,
            "program": permission.program,
            "access": permission.access,
        }
        for consultant_id, permissions in granted.items()
        for permission in permissions
    ]
    if rows:
        await session.execute(insert(Permission), rows)


async def remove_all(session: AsyncSession, link: LinkedClient) -> None:
    await session.execute(
        delete(Permission).where(
            col(Permission.bureau_id) == link.bureau_id,
            col(Permission.tenant_id) == link.tenant_id,
        )
    )


def _grouped(rows: Iterable[tuple[str, Permission]]) -> dict[str, Permissions]:
    grouped: dict[str, list[Granted]] = defaultdict(list)
    for key, row in rows:
        grouped[key].append(Granted.model_validate(row, from_attributes=True))
    return {key: in_order(permissions) for key, permissions in grouped.items()}
