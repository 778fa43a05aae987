"""Sign-ins: written once, redeemed once; retention.py takes them away after a day."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from activation.tables import SignIn


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
