"""Sign-ins: written once, redeemed once, forgotten after a day."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from activation.tables import SignIn

KEPT = timedelta(days=1)
FORGOTTEN_AT_ONCE = 100


async def redeem(session: AsyncSession, sign_in: UUID) -> SignIn | None:
    """Takes the sign-in for this transaction; None when it was used, is too old or is forgotten.

    One statement, so that of many at once one has it: the others wait for the row and then find
    it redeemed.
    """
    return await session.scalar(
        update(SignIn)
        .where(
            col(SignIn.id) == sign_in,
            col(SignIn.redeemed_at).is_(None),
            col(SignIn.expires_at) > func.clock_timestamp(),
        )
        .values(redeemed_at=func.clock_timestamp())
        .returning(SignIn)
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Deletes some sign-ins that ended over a day ago; skips those that another one deletes."""
    old = (
        select(SignIn.id)
        .where(col(SignIn.expires_at) < now - KEPT)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(SignIn).where(col(SignIn.id).in_(old)))
