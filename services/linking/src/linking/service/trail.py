"""The audit trail as it is read: by support and ops, by a client's admin, and for its proof."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import invalid
from linking.storage import audit
from linking.storage.audit import Row

_NO_MORE = ("", 0)


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of entries; next: where the next one begins."""

    items: list[Row]
    next: str | None


async def newest(
    session: AsyncSession,
    *,
    tenant_id: str | None,
    bureau_id: str | None,
    cursor: str | None,
    limit: int,
) -> Trail:
    """The newest entries first. tenant_id, bureau_id: None for any."""
    found = await audit.newest(
        session,
        chain=tenant_id,
        bureau_id=bureau_id,
        before=None if cursor is None else _place(cursor),
        limit=limit + 1,
    )
    items = list(found[:limit])
    more = len(found) > limit
    return Trail(items, _cursor(items[-1]) if more else None)


async def in_order(session: AsyncSession, cursor: str | None, limit: int) -> Trail:
    """All entries, chain by chain, as who proves the trail needs them."""
    after = _NO_MORE
    if cursor is not None:
        chain, _, seq = cursor.rpartition(":")
        if not chain or not seq.isdecimal() or len(seq) > 18:
            raise invalid("cursor", "is not one of ours")
        after = (chain, int(seq))
    found = await audit.in_order(session, after, limit + 1)
    items = list(found[:limit])
    entry = items[-1][0] if len(found) > limit else None
    return Trail(items, None if entry is None else f"{entry.chain}:{entry.seq}")


async def anchors(session: AsyncSession) -> dict[str, tuple[int, str]]:
    """By chain, (seq, hash) of the last entry that retention has taken away."""
    return {row.chain: (row.seq, row.hash) for row in await audit.anchors(session)}


def _cursor(row: Row) -> str:
    entry = row[0]
    return f"{entry.at.isoformat()}/{entry.chain}/{entry.seq}"


def _place(cursor: str) -> audit.Place:
    parts: list[Any] = cursor.split("/")
    try:
        at, chain, seq = parts
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not seq.isdecimal() or len(seq) > 18:
            raise ValueError
        return moment.astimezone(UTC), chain, int(seq)
    except (ValueError, OverflowError):
        raise invalid("cursor", "is not one of ours") from None
