"""Questions about how much was sent lately, and who may ask them. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import LinkRequest, Sending

# Any two numbers that nobody else in this database takes as the first key of an advisory lock.
_BUREAU_LOCK = int.from_bytes(b"byra")
_ADDRESS_LOCK = int.from_bytes(b"mail")

# In the order of the keys, so that two who share some wait for each other and not in a circle.
_LOCK_ADDRESSES = text("""
    SELECT pg_advisory_xact_lock(CAST(:lock AS int), key) FROM (
        SELECT DISTINCT hashtext(lower(address)) AS key
        FROM unnest(CAST(:addresses AS varchar[])) AS address ORDER BY key
    ) AS keys
""")

_CROWDED_SINCE = text("""
    SELECT max(last.sent_at) FROM (
        SELECT lower(address) AS address, count(*) AS mails
        FROM unnest(CAST(:addresses AS varchar[])) AS address GROUP BY 1
    ) AS due
    CROSS JOIN LATERAL (
        SELECT m.sent_at FROM recipients m
        WHERE lower(m.email) = due.address AND m.sent_at > :since
        ORDER BY m.sent_at DESC OFFSET greatest(:most - due.mails, 0) LIMIT 1
    ) AS last
""")


async def lock_bureau(session: AsyncSession, bureau_id: str) -> None:
    """The bureau's sendings are counted by one transaction at a time."""
    await session.execute(
        select(func.pg_advisory_xact_lock(_BUREAU_LOCK, func.hashtext(bureau_id)))
    )


async def lock_addresses(session: AsyncSession, addresses: Sequence[str]) -> None:
    """Mails to these addresses are counted by one transaction at a time."""
    await session.execute(_LOCK_ADDRESSES, {"lock": _ADDRESS_LOCK, "addresses": list(addresses)})


async def full_since(
    session: AsyncSession, bureau_id: str, *, most: int, since: datetime
) -> datetime | None:
    """When the last but `most - 1` sending of the bureau was; None where so many are not newer
    than `since`."""
    found: datetime | None = await session.scalar(
        select(Sending.sent_at)
        .where(Sending.bureau_id == bureau_id, col(Sending.sent_at) > since)
        .order_by(col(Sending.sent_at).desc())
        .offset(most - 1)
        .limit(1)
    )
    return found


async def asked_since(
    session: AsyncSession, bureau_id: str, tenant_id: str, *, most: int, since: datetime
) -> datetime | None:
    """As `full_since`, of the bureau's sendings to one client."""
    found: datetime | None = await session.scalar(
        select(Sending.sent_at)
        .join(LinkRequest, col(LinkRequest.id) == Sending.request_id)
        .where(
            LinkRequest.bureau_id == bureau_id,
            LinkRequest.tenant_id == tenant_id,
            col(Sending.sent_at) > since,
        )
        .order_by(col(Sending.sent_at).desc())
        .offset(most - 1)
        .limit(1)
    )
    return found


async def crowded_since(
    session: AsyncSession, addresses: Sequence[str], *, most: int, since: datetime
) -> datetime | None:
    """As `full_since`, of mails to the address that stays full longest if each of these gets one
    more: an address in another case is the same, one that stands there twice gets two."""
    given = {"addresses": list(addresses), "most": most, "since": since}
    found: datetime | None = await session.scalar(_CROWDED_SINCE, given)
    return found
