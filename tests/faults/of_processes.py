"""Faults of processes: killed, ended politely, halted and woken."""

import asyncio
from pathlib import Path

from koppla.waiting import until
from tests.faults.nemesis import Nemesis, fault
from tests.faults.processes import Process

LEASE = 10.0  # seconds; the relay's
ROLE_OF_PLACE = {
    "commit.before": ("serve", "consume"),
    "commit.after": ("serve", "consume"),
    "publish.before": ("relay",),
    "publish.after": ("relay",),
    "mark.before": ("relay",),
    "mark.after": ("relay",),
    "offsets.before": ("consume",),
    "offsets.after": ("consume",),
    "mail.before": ("consume",),
    "mail.after": ("consume",),
}
MUTE = {("search", "relay"), ("search", "serve")}
"""Processes that come to no such place under this load: search publishes nothing but letters, and
a search writes nothing."""


@fault
async def kill(nemesis: Nemesis) -> str:
    """SIGKILL of any process at any moment."""
    await nemesis.wait(1.0)
    process = nemesis.random.choice(nemesis.world.keeper.processes)
    await process.kill()
    return process.name


@fault
async def kill_at_a_place(nemesis: Nemesis) -> str:
    """SIGKILL exactly before or after a commit, a publication, a mark, an offset, a mail."""
    place = nemesis.random.choice(sorted(ROLE_OF_PLACE))
    process = nemesis.random.choice(
        [
            one
            for one in nemesis.world.keeper.processes
            if one.role in ROLE_OF_PLACE[place]
            and (one.service, one.role) not in MUTE
            and (one.service == "notifier" or not place.startswith("mail"))
            and (one.service != "notifier" or one.role != "serve")
        ]
    )
    process.failpoint = f"{place}=kill@{nemesis.random.randint(1, 8)}"
    note = f"{process.name} {process.failpoint}"
    await process.terminate()
    twin = await _started_again(process)
    # The twin replicas would leave it nothing to do: relays drain one at a time.
    others = [one for one in _replicas(nemesis, process) if one is not process]
    for other in others:
        if process.role == "relay":
            other.halt()
    try:
        await until(lambda: process.starts > twin, 30, every=0.05, what=f"{note} to be reached")
    except TimeoutError:
        await process.kill()
        return f"{note} (not reached in 30 s, killed)"
    finally:
        for other in others:
            other.wake()
    return note


async def _started_again(process: Process) -> int:
    await until(lambda: process.failpoint is None and process.runs, 60, what=process.name)
    return process.starts


def _replicas(nemesis: Nemesis, process: Process) -> list[Process]:
    return nemesis.world.processes(process.service, process.role)


@fault
async def terminate(nemesis: Nemesis) -> str:
    """SIGTERM in mid-work: it ends in order, with 0, and gives back what it holds."""
    await nemesis.wait(1.0)
    process = nemesis.random.choice(nemesis.world.keeper.processes)
    code = await process.terminate()
    nemesis.history.settle(
        nemesis.history.invoke("terminate", process=process.name),
        "ok" if code == 0 else "failed",
        f"exit {code}",
    )
    return f"{process.name}: exit {code}"


@fault
async def rolling_restart(nemesis: Nemesis) -> str:
    """Every process of a service, one after another, as a new version is rolled out."""
    service = nemesis.random.choice(("search", "linking", "notifier", "activation"))
    for process in nemesis.world.processes(service):
        await process.restart()
    return service


@fault
async def rebalances(nemesis: Nemesis) -> str:
    """A consumer that comes and goes, so that partitions move while records are in hand."""
    service = nemesis.random.choice(("linking", "notifier", "activation"))
    for _ in range(3):
        process = nemesis.random.choice(nemesis.world.processes(service, "consume"))
        if nemesis.random.random() < 0.5:
            await process.kill()
        else:
            await process.terminate()
        await nemesis.wait(2.0)
    return service


@fault
async def halted_consumer(nemesis: Nemesis) -> str:
    """SIGSTOP of a consumer until its group has given its partitions away; then it goes on with
    the records that it had in hand."""
    service = nemesis.random.choice(("search", "linking", "notifier", "activation"))
    process = nemesis.random.choice(nemesis.world.processes(service, "consume"))
    process.halt()
    await asyncio.sleep(LEASE + 3)  # a group's session lasts ten seconds, too
    process.wake()
    return process.name


@fault
async def halted_relay(nemesis: Nemesis) -> str:
    """SIGSTOP of the relay that holds the lease, past its term; then it goes on."""
    service = nemesis.random.choice(("linking", "notifier", "activation"))
    holder = await _holder(nemesis, service)
    if holder is None:
        return f"{service}: nobody held the lease"
    holder.halt()
    await asyncio.sleep(LEASE + 2)
    holder.wake()
    return holder.name


@fault
async def relay_woken_in_mid_send(nemesis: Nemesis) -> str:
    """A relay that is halted exactly between its look into the outbox and its sending, or between
    the acknowledgement and the mark, while another takes over."""
    service = nemesis.random.choice(("linking", "notifier", "activation"))
    place = nemesis.random.choice(("publish.before", "publish.after"))
    process, other = nemesis.world.processes(service, "relay")
    process.failpoint = f"{place}=stop@{nemesis.random.randint(1, 3)}"
    note = f"{process.name} {process.failpoint}"
    await process.terminate()
    await _started_again(process)
    other.halt()
    try:
        await until(lambda: process.halted, 60, every=0.05, what=note)
    except TimeoutError:
        return f"{note} (not reached)"
    finally:
        other.wake()
    await asyncio.sleep(LEASE + 2)
    process.wake()
    return note


@fault
async def clock_ahead(nemesis: Nemesis) -> str:
    """The clocks of a relay and of another process run hours ahead of everybody else's."""
    library = _faketime()
    if library is None:
        return "not made: this machine has no libfaketime"
    relays = [one for one in nemesis.world.keeper.processes if one.role == "relay"]
    others = [one for one in nemesis.world.keeper.processes if one.role != "relay"]
    ahead = [nemesis.random.choice(relays), nemesis.random.choice(others)]
    hours = nemesis.random.randint(2, 20)
    for process in ahead:
        process.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME": f"+{hours}h",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
    try:
        await asyncio.gather(*(process.restart() for process in ahead))
        await asyncio.sleep(nemesis.pause)
    finally:
        for process in ahead:
            process.environment = {}
        await asyncio.gather(*(process.restart() for process in ahead))
    return f"{ahead[0].name} and {ahead[1].name} by {hours} hours"


def _faketime() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


async def _holder(nemesis: Nemesis, service: str) -> Process | None:
    found = await nemesis.world.rows(
        service, "SELECT holder FROM relay_lease WHERE until > clock_timestamp()"
    )
    pids = {row["holder"].rpartition(":")[2] for row in found}
    relays = nemesis.world.processes(service, "relay")
    return next((one for one in relays if one.runs and str(one.pid) in pids), None)
