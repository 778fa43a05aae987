"""Requests a second for many minutes on Apache Kafka, every role a process of its own: what was
answered, how fast, and whether memory stays where it was. `make sustained`.

An open loop: lives of links begin by the clock, whether or not earlier ones have been answered. A
life is asked, mailed, looked at, accepted, activated, signed in to and ended, between the looks
that people take at lists meanwhile; every call is counted, and a refusal or an error is told.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID

import uvloop

from bench.callers import PATIENCE_S, Caller, Letterbox, Tally
from bench.process_figures import Memory, Spent
from koppla.waiting import until
from tests.faults.cast import Pair, clients, pairs
from tests.faults.evidence import until_quiet
from tests.faults.run import open_directory
from tests.faults.world import world

CLIENTS = 2_000
CALLS_OF_A_LIFE = 14
REPLICAS = {"serve": 1, "consume": 1, "relay": 1}


async def life(caller: Caller, letters: Letterbox, pair: Pair, looks: int) -> None:
    """Of one link, from search to its end. looks: at lists, above the calls that it takes."""
    tenant, bureau = pair.client.tenant_id, pair.bureau.bureau_id
    as_admin = {"sub": pair.admin, "role": "bureau_admin", "bureau": bureau}
    as_consultant = {"sub": pair.consultant, "role": "consultant", "bureau": bureau}
    call = caller.call

    async def look() -> None:
        paths = ("/v1/clients", "/v1/activation-list", "/v1/link-requests?status=pending")
        for number in range(looks // 4):
            path = paths[number % 3]
            await call(f"GET {path.partition('?')[0]}", "GET", path, **as_admin)

    await look()
    await call("search", "POST", "/v1/client-searches", body={"tenant_id": tenant}, **as_admin)
    await call("eligibility", "GET", f"/v1/eligibility?tenant_id={tenant}", **as_admin)
    body = {"tenant_id": tenant, "entry_point": "client_manager"}
    asked = (await call("ask", "POST", "/v1/link-requests", body=body, **as_admin)).json()["id"]
    await call("the request", "GET", f"/v1/link-requests/{asked}", **as_admin)
    await look()
    token = await letters.link(UUID(asked), pair.client.system_admins[0].email.casefold())
    await call("look at the link", "GET", f"/l/{token}")
    await call("accept", "POST", f"/l/{token}/accept", body={"confirm": True})
    await look()

    async def listed() -> bool:
        answer = await call(
            "its line in the activation list", "GET", f"/v1/links?tenant_id={tenant}", **as_admin
        )
        shown = await call(
            "GET /v1/activation-list", "GET", "/v1/activation-list?limit=200", **as_admin
        )
        return bool(answer.json()["items"]) and tenant in {
            one["tenant_id"] for one in shown.json()["items"]
        }

    await until(listed, PATIENCE_S, every=0.25, what=f"{tenant} in the activation list")
    grants = [
        {
            "consultant_id": pair.consultant,
            "permissions": [{"program": "bookkeeping", "access": "write"}],
        }
    ]
    path = f"/v1/activation-list/{tenant}/activate"
    await call("activate", "POST", path, body={"grants": grants}, **as_admin)
    await look()
    await call("the client", "GET", f"/v1/clients/{tenant}", **as_consultant)
    handed = await call(
        "sign in", "POST", f"/v1/clients/{tenant}/sign-in", body={}, **as_consultant
    )
    spent = {"token": handed.json()["url"].partition("token=")[2]}
    await call("redeem", "POST", "/v1/sign-ins/redeem", body=spent, sub="platform", role="platform")
    links = await call("the link", "GET", f"/v1/links?tenant_id={tenant}&status=active", **as_admin)
    (link,) = links.json()["items"]
    await call("end", "POST", f"/v1/links/{link['id']}/end", **as_admin)


async def main(rate: float, minutes: float, looks: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="koppla-sustained-"))
    tally, chance = Tally(), random.Random(7)
    per_life = CALLS_OF_A_LIFE + looks // 4 * 4
    async with world(folder, {}, REPLICAS) as running, asyncio.TaskGroup() as tasks:
        known = clients(CLIENTS)
        await open_directory(running, known)
        free = pairs(known)
        chance.shuffle(free)
        letters, memory = Letterbox(running), Memory(running)
        beside = [tasks.create_task(letters.read()), tasks.create_task(memory.watch())]
        async with running.client("bench") as http:
            caller = Caller(running, http, tally)
            tally.began = time.perf_counter()
            spent = Spent(running)
            lives: set[asyncio.Task[None]] = set()

            async def lived(pair: Pair) -> None:
                try:
                    await life(caller, letters, pair, looks)
                except Exception as error:
                    tally.lost.append(f"{type(error).__name__}: {error}"[:200])
                else:
                    free.insert(0, pair)

            number = 0
            while (now := time.perf_counter() - tally.began) < minutes * 60:
                due = number * per_life / rate
                if due > now:
                    await asyncio.sleep(due - now)
                if not free:
                    raise RuntimeError("every pair is still on its way: the rate is too high")
                task = asyncio.create_task(lived(free.pop()))
                lives.add(task)
                task.add_done_callback(lives.discard)
                number += 1
            under_way = len(lives)
            stopped = time.perf_counter()
            by_role = spent.since()
            await asyncio.gather(*lives)
            await until_quiet(running)
            drained = time.perf_counter() - stopped
        for task in beside:
            task.cancel()
        _tell(tally, memory, rate, minutes, number, under_way, drained, letters.mails)
        calls = sum(tally.minutes.values())
        for role, seconds in sorted(by_role.items(), key=lambda one: -one[1]):
            print(f"{role:<22} {seconds:>8.1f} s of CPU {seconds / calls * 1e3:>8.2f} ms a call")


def _tell(
    tally: Tally, memory: Memory, rate: float, minutes: float, lives: int, under_way: int,
    drained: float, mails: int,
) -> None:  # fmt: skip
    whole = [tally.minutes[minute] for minute in range(int(minutes))]
    print(f"{lives} lives of links, {sum(tally.answers[k] for k in ('2xx', '3xx'))} calls answered")
    if whole:
        print(f"requests/s by minute: {', '.join(f'{one / 60:.0f}' for one in whole)}")
        mean = statistics.mean(whole) / 60
        print(f"mean {mean:.0f} requests/s, aim {rate:.0f}, ratio {mean / rate:.2f}; {mails} mails")
    print(f"under way at the end {under_way}, all done and quiet {drained:.1f} s later")
    for answer, number in tally.answers.most_common():
        print(f"  {number:>8} {answer}")
    for reason in tally.lost[:10]:
        print(f"  lost: {reason}")
    print(f"{'call':<34} {'number':>8} {'median ms':>10} {'99 % ms':>9}")
    for name, seconds in sorted(tally.seconds.items()):
        ordered = sorted(seconds)
        middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        print(f"{name:<34} {len(ordered):>8} {middle * 1e3:>10.1f} {high * 1e3:>9.1f}")
    third = minutes * 20
    early, late = memory.between(third, 2 * third), memory.between(2 * third, 3 * third)
    print(f"{'MB, proportional':<22} {'2nd third':>10} {'last third':>10} {'ratio':>6}")
    for role in sorted(early):
        print(
            f"{role:<22} {early[role]:>10.1f} {late[role]:>10.1f} {late[role] / early[role]:>6.3f}"
        )
    if early:
        print(f"{'all':<22} {sum(early.values()):>10.1f} {sum(late.values()):>10.1f}"
              f" {sum(late.values()) / sum(early.values()):>6.3f}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=250, help="HTTP requests a second")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--looks", type=int, default=36, help="at lists, for each life of a link")
    given = parser.parse_args()
    uvloop.run(main(given.rate, given.minutes, given.looks))
