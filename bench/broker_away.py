"""The broker away for minutes while people ask and accept at a steady rate: every answer, and how
fast what the outboxes held is published and mailed once it is back. `python -m bench.broker_away`.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from uuid import UUID

import uvloop

from bench.callers import PATIENCE_S, Caller, Letterbox, Tally
from bench.sustained import REPLICAS
from koppla.waiting import until
from tests.faults.cast import Pair, clients, pairs
from tests.faults.evidence import until_quiet
from tests.faults.run import open_directory
from tests.faults.world import World, world

ASKED_BEFORE = 300


async def main(seconds: float, rate: float) -> None:
    folder = Path(tempfile.mkdtemp(prefix="koppla-broker-away-"))
    asking = int(seconds * rate) + 1
    async with world(folder, {}, REPLICAS) as running, asyncio.TaskGroup() as tasks:
        known = clients(ASKED_BEFORE + asking)
        await open_directory(running, known)
        everybody = pairs(known)
        letters = Letterbox(running)
        reading = tasks.create_task(letters.read())
        async with running.client("bench") as http:
            caller = Caller(running, http, tally := Tally())
            tokens = [await _mailed(caller, letters, pair) for pair in everybody[:ASKED_BEFORE]]
            await until_quiet(running)
            tally.answers.clear()
            await running.kafka.stop()
            await _meanwhile(caller, everybody[ASKED_BEFORE:], tokens, seconds, rate)
            held, mails = await _held(running), letters.mails
            print(f"broker away for {seconds:g} s; answers meanwhile: {dict(tally.answers)}")
            print(f"the outboxes hold {held} events")
            began = time.perf_counter()
            await running.kafka.restart()
            up = time.perf_counter()
            await until(lambda: _is_empty(running), PATIENCE_S * 5, every=0.05, what="outboxes")
            published = time.perf_counter()
            await until_quiet(running)
            quiet = time.perf_counter()
        reading.cancel()
    print(f"broker up again after {up - began:.1f} s")
    print(f"all published {published - up:.1f} s later, {held / (published - up):.0f} events/s")
    sent = letters.mails - mails
    print(
        f"{sent} mails sent, all quiet {quiet - up:.1f} s later, {sent / (quiet - up):.0f} mails/s"
    )


async def _mailed(caller: Caller, letters: Letterbox, pair: Pair) -> str:
    asked = await _ask(caller, pair)
    return await letters.link(UUID(asked), pair.client.system_admins[0].email.casefold())


async def _ask(caller: Caller, pair: Pair) -> str:
    body = {"tenant_id": pair.client.tenant_id, "entry_point": "client_manager"}
    answer = await caller.call(
        *("ask", "POST", "/v1/link-requests", pair.admin, "bureau_admin", pair.bureau.bureau_id),
        body=body,
    )
    return str(answer.json()["id"])


async def _meanwhile(
    caller: Caller, asking: list[Pair], tokens: list[str], seconds: float, rate: float
) -> None:
    """Asks `rate` times a second, and lets every fifth of these be an accept besides."""
    began, number = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        if (due := number / rate) > now:
            await asyncio.sleep(due - now)
        await _ask(caller, asking[number])
        if number % 5 == 0 and tokens:
            await caller.call("accept", "POST", f"/l/{tokens.pop()}/accept", body={"confirm": True})
        number += 1


async def _held(running: World) -> int:
    unsent = "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL"
    return sum(
        [(await running.rows(service, unsent))[0]["n"] for service in ("linking", "notifier")]
    )


async def _is_empty(running: World) -> bool:
    unsent = "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL"
    return bool((await running.rows("linking", unsent))[0]["n"] == 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rate", type=float, default=5, help="requests asked a second")
    given = parser.parse_args()
    uvloop.run(main(given.seconds, given.rate))
