"""For how long what an issuer brought waits for a page: `portal.sign_in.renewal`."""

import asyncio
from datetime import UTC, datetime, timedelta

from portal.session import Session
from portal.sign_in.renewal import _REMEMBERED_S, _Begun

LATER = datetime.now(UTC) + timedelta(hours=1)


def session() -> Session:
    about = {"token": "x", "sub": "p-1", "name": "Ada", "roles": (), "csrf": "x"}
    return Session.model_validate({**about, "ends_at": LATER, "token_ends_at": LATER})


async def brought(what: Session | None, ends_at: datetime = LATER) -> _Begun:
    async def bring() -> Session | None:
        return what

    begun = _Begun(asyncio.create_task(bring()), ends_at)
    assert not begun.is_over()  # under way, however long it takes
    await begun.task
    return begun


async def test_what_no_page_has_had_waits_for_one_until_the_session_ends() -> None:
    begun = await brought(session())
    begun.at -= 2 * _REMEMBERED_S
    assert not begun.is_over()
    assert (await brought(session(), datetime.now(UTC))).is_over()


async def test_what_a_page_has_had_waits_a_minute_for_those_beside_it() -> None:
    begun = await brought(session())
    begun.told_at = begun.at
    assert not begun.is_over()
    begun.told_at -= _REMEMBERED_S
    assert begun.is_over()


async def test_a_refusal_is_asked_for_again_after_a_minute() -> None:
    begun = await brought(None)
    assert not begun.is_over()
    begun.at -= _REMEMBERED_S
    assert begun.is_over()
