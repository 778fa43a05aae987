"""What operators do by the ops API that every service has: in linking's audit trail (D9)."""

from typing import Any, cast

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.acts import OnAct
from chassis.auth import Principal
from linking.http.origin import Origins
from linking.service.auditing import Action, record
from linking.service.guard import support_person


def entry_of_acts(origins: Origins) -> OnAct:
    async def entered(
        session: AsyncSession,
        caller: Principal,
        request: Request,
        action: str,
        subject: str,
        **facts: Any,
    ) -> None:
        by = support_person(caller)
        known = cast(Action, action)
        await record(session, known, subject, by=by, origin=origins.of(request), **facts)

    return entered
