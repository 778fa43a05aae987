"""Faults of the customer's mail server."""

import asyncio

from tests.faults.nemesis import Nemesis, fault


async def _while_so(nemesis: Nemesis) -> None:
    try:
        await asyncio.sleep(min(nemesis.pause, 10.0))
    finally:
        nemesis.world.sink.answer_normally()
        nemesis.world.sink.go_on()


@fault
async def mail_later(nemesis: Nemesis) -> str:
    """Greylisting: 450 for every recipient, then accepted."""
    nemesis.world.sink.answer("RCPT", "450 4.2.1 Try again later")
    await _while_so(nemesis)
    return "450 at RCPT"


@fault
async def mail_refused_for_one(nemesis: Nemesis) -> str:
    """550 for one of five recipients, for good."""
    for _ in range(5):
        nemesis.world.sink.answer("RCPT", "250 OK", times=4)
        nemesis.world.sink.answer("RCPT", "550 5.1.1 No such user", times=1)
    await _while_so(nemesis)
    return "550 for every fifth"


@fault
async def mail_dropped_after_the_final_dot(nemesis: Nemesis) -> str:
    """The connection is lost when the server has the mail and we do not know it."""
    nemesis.world.sink.drop_after_final_dot(times=5)
    await _while_so(nemesis)
    return "five times"


@fault
async def mail_hangs(nemesis: Nemesis) -> str:
    """The server takes the connection and then says nothing."""
    nemesis.world.sink.hang("DATA")
    await _while_so(nemesis)
    return "at DATA"


@fault
async def mail_login_refused(nemesis: Nemesis) -> str:
    """The server wants a login that it does not get: the queue pauses, nothing is given up."""
    nemesis.world.sink.answer("MAIL", "530 5.7.0 Authentication required")
    await _while_so(nemesis)
    return "530 at MAIL"


@fault
async def mail_server_away(nemesis: Nemesis) -> str:
    """Nobody listens, and what was connected is cut."""
    await nemesis.world.sink.close()
    await asyncio.sleep(nemesis.pause)
    await nemesis.world.sink.open()
    return f"{nemesis.pause:g} s"
