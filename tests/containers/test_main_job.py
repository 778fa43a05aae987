"""The main job while containers are killed, paused and restarted by name: every request reaches
sign-in, and nothing is lost or doubled."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from koppla.waiting import until
from tests.containers.stack import Stack
from tests.support.journey import Journey, pairs
from tests.support.platform import koppla

REQUESTS, AT_ONCE = 32, 4


@pytest.fixture
async def directory(tmp_path: Path) -> Path:
    """The files of what the container `demo` has imported."""
    folder = tmp_path / "directory"
    made = await koppla(
        *("demo-data", "--clients", "1000", "--bureaus", "20", "--seed", "1", "--out", folder)
    )
    assert made[0] == 0, made
    return folder


@pytest.fixture
async def mails(running: Stack) -> AsyncIterator[None]:
    reading = asyncio.create_task(running.read_mails())
    yield
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


class Nemesis:
    """Acts on containers, one after the other, each time that some more requests were accepted."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._accepted = 0
        self._moved = asyncio.Event()
        self.done: list[str] = []

    def note(self) -> None:
        self._accepted += 1
        self._moved.set()

    async def work(self) -> None:
        acts = [
            ("kill", "linking-relay"),
            ("pause", "kafka"),
            ("restart", "postgres"),
            ("kill", "notifier-consume"),
            ("pause", "linking-relay"),
            ("kill", "activation-consume"),
            ("restart", "linking-serve"),
            ("kill", "kafka"),
            ("kill", "linking-consume"),
            ("kill", "activation-serve"),
        ]
        every = max(1, REQUESTS // (len(acts) + 1))
        for number, (verb, container) in enumerate(acts):
            while self._accepted < number * every:
                self._moved.clear()
                await self._moved.wait()
            await self._act(verb, container)
            self.done.append(f"{verb} {container}")

    async def _act(self, verb: str, container: str) -> None:
        self._stack.starts += 1
        match verb:
            case "kill":
                await self._stack.act("kill", container)
                await self._stack.act("start", container)
            case "pause":
                await self._stack.act("pause", container)
                # Longer than a relay's lease, so that another may take it over meanwhile.
                await asyncio.sleep(12)
                await self._stack.act("unpause", container)
            case "restart":
                await self._stack.act("restart", container)
        await self._stack.healthy(container)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("mails")
async def test_requests_reach_sign_in_while_containers_are_killed(
    running: Stack, directory: Path
) -> None:  # R1, R16, R20, R21, R30, R36, R38, R39, R40, R41
    nemesis = Nemesis(running)
    asked = pairs(directory, REQUESTS + 1)[1:]
    journeys = [Journey(running, running, pair, nemesis.note) for pair in asked]
    gate = asyncio.Semaphore(AT_ONCE)

    async def go(journey: Journey) -> None:
        async with gate:
            await journey.go()

    await asyncio.gather(nemesis.work(), *(go(journey) for journey in journeys))
    assert len(nemesis.done) == 10

    await _everything_is_told(running)
    await _exactly_the_right_mails(running, journeys)
    await _exactly_the_right_rows(running, journeys)


async def _everything_is_told(running: Stack) -> None:
    """No event waits, no record is a dead letter."""

    async def drained() -> bool:
        sql = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        return [await running.query(name, sql) for name in SERVICES] == [[["0"]]] * 4

    await until(drained, 120, every=1, what="the outboxes to be empty")
    for name in SERVICES:
        assert await running.query(name, "SELECT id FROM dead_letters") == []


async def _exactly_the_right_mails(running: Stack, journeys: list[Journey]) -> None:
    """A request to each admin, then word to the requester and all admins; one that came twice has
    one Message-ID (R21, R23, R25; D4)."""
    expected: Counter[str] = Counter()
    for journey in journeys:
        for address in journey.pair.addresses:
            expected[address.casefold()] += 2
        expected[journey.pair.bureau_admin["email"].casefold()] += 1
    names = {journey.pair.client["name"] for journey in journeys}

    def arrived() -> Counter[str]:
        ids = {
            mail.message_id: mail.recipient.casefold()
            for mail in running.received
            if any(name in mail.text for name in names)
        }
        return Counter(ids.values())

    await until(lambda: arrived() >= expected, 120, every=0.5, what="all mails")
    assert arrived() == expected


async def _exactly_the_right_rows(running: Stack, journeys: list[Journey]) -> None:
    tenants = {journey.pair.client["tenant_id"]: journey for journey in journeys}
    wanted = sorted([one.pair.bureau["bureau_id"], tenant] for tenant, one in tenants.items())
    among = f"tenant_id IN ({', '.join(repr(tenant) for tenant in tenants)})"
    ids = "SELECT bureau_id, tenant_id FROM"
    links = f"{ids} links WHERE status = 'active' AND {among}"
    requests = f"{ids} link_requests WHERE status = 'accepted' AND {among}"
    asked = f"{ids} link_requests WHERE {among}"
    for sql in (links, requests, asked):
        assert sorted(await running.query("linking", sql)) == wanted
    for tenant, journey in tenants.items():
        admin, bureau = journey.pair.bureau_admin["user_id"], journey.pair.bureau["bureau_id"]
        async with running.client(admin, "bureau_admin", bureau_id=bureau) as http:
            listed = (await http.get("/v1/clients", params={"limit": 200})).json()["items"]
            assert tenant in {item["tenant_id"] for item in listed}
            assert (await http.get("/v1/activation-list")).json()["items"] == []
