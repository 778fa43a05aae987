"""What operators do through a service's ops API, told to whoever keeps a trail of it."""

from typing import Any, Protocol

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal


class OnAct(Protocol):
    """Enters an act in the transaction that does it, when all else in it is done.

    action: `dead_letter_retried` and so on. subject: what it was done to, `letter:ID`. facts: JSON
    values, nothing personal; None is left out.
    """

    async def __call__(
        self,
        session: AsyncSession,
        caller: Principal,
        request: Request,
        action: str,
        subject: str,
        **facts: Any,
    ) -> None: ...


async def unkept(
    session: AsyncSession,
    caller: Principal,
    request: Request,
    action: str,
    subject: str,
    **facts: Any,
) -> None:
    """Of a service that keeps no trail."""
