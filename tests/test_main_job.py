"""The main job in full size: 20,000 clients, 200 bureaus, 200 requests through to sign-in, on the
broker of choice, with the process killed once in the middle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from koppla.waiting import until
from tests.support.journey import Journey, Pair, link_of, pairs
from tests.support.platform import Platform, koppla
from tests.support.smtp_sink import SmtpSink

CLIENTS, BUREAUS, REQUESTS = 20_000, 200, 200
AT_ONCE = 25


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    async with SmtpSink() as sink:
        yield sink


@pytest.fixture
async def platform(
    tmp_path: Path, sink: SmtpSink, kafka_options: tuple[str, ...]
) -> AsyncIterator[Platform]:
    platform = Platform(tmp_path, "--smtp", sink.url, *kafka_options)
    await platform.start()
    yield platform
    assert await platform.stop() == 0


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.mark.timeout(540)
async def test_two_hundred_requests_reach_sign_in_across_a_kill(
    platform: Platform, sink: SmtpSink, directory: Path
) -> None:  # R1, R16, R20, R21, R30, R36, R38, R39, R40, R41
    made = await koppla(
        *("demo-data", "--clients", str(CLIENTS), "--bureaus", str(BUREAUS)),
        *("--seed", "7", "--out", directory),
    )
    assert made[0] == 0, made
    for kind in ("bureaus", "clients"):
        code, out, err = await koppla(
            "import", kind, directory / f"{kind}.jsonl", "--data", platform.data
        )
        assert code == 0, err
        assert out.startswith(f"{CLIENTS if kind == 'clients' else BUREAUS} {kind} published")

    accepted = 0
    half = asyncio.Event()

    def count() -> None:
        nonlocal accepted
        accepted += 1
        if accepted == REQUESTS // 2:
            half.set()

    journeys = [Journey(platform, sink, pair, count) for pair in pairs(directory, REQUESTS)]
    assert len(journeys) == REQUESTS
    gate = asyncio.Semaphore(AT_ONCE)

    async def go(journey: Journey) -> None:
        async with gate:
            await journey.go()

    async def kill_in_the_middle() -> None:
        await half.wait()
        await platform.kill()
        await platform.start()

    await asyncio.gather(kill_in_the_middle(), *(go(journey) for journey in journeys))

    await _exactly_the_right_mails(sink, journeys)
    await _exactly_the_right_links(platform, journeys)
    await _exactly_the_right_client_lists(platform, journeys)


async def _exactly_the_right_mails(sink: SmtpSink, journeys: list[Journey]) -> None:
    """A request to each admin, then word to the requester and all admins; a mail that came twice
    was handed over twice with one Message-ID (R21, R23, R25; D4)."""
    expected: Counter[str] = Counter()
    for journey in journeys:
        for address in journey.pair.addresses:
            expected[address.casefold()] += 2
        expected[journey.pair.bureau_admin["email"].casefold()] += 1

    def arrived() -> Counter[str]:
        ids = {mail.message["Message-ID"]: mail.recipient.casefold() for mail in sink.received}
        return Counter(ids.values())

    await until(lambda: sum(arrived().values()) >= sum(expected.values()), what="all mails")
    assert arrived() == expected


async def _exactly_the_right_links(platform: Platform, journeys: list[Journey]) -> None:
    databases = platform.run_json()["databases"]
    connection = await asyncpg.connect(databases["linking"])
    try:
        links = await connection.fetch(
            "SELECT bureau_id, tenant_id FROM links WHERE status = 'active'"
        )
        requests = await connection.fetch("SELECT bureau_id, tenant_id, status FROM link_requests")
    finally:
        await connection.close()
    wanted = sorted(_ids(journey.pair) for journey in journeys)
    assert sorted((row["bureau_id"], row["tenant_id"]) for row in links) == wanted
    assert sorted(tuple(row) for row in requests) == [(*pair, "accepted") for pair in wanted]


async def _exactly_the_right_client_lists(platform: Platform, journeys: list[Journey]) -> None:
    by_bureau: dict[str, list[Journey]] = {}
    for journey in journeys:
        by_bureau.setdefault(journey.pair.bureau["bureau_id"], []).append(journey)
    for bureau, own in by_bureau.items():
        admin = own[0].pair.bureau_admin["user_id"]
        async with platform.client(admin, "bureau_admin", bureau_id=bureau) as http:
            listed = (await http.get("/v1/clients", params={"limit": 200})).json()["items"]
            waiting = (await http.get("/v1/activation-list")).json()["items"]
        assert {item["tenant_id"] for item in listed} == {
            journey.pair.client["tenant_id"] for journey in own
        }
        assert waiting == []


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.bureau["bureau_id"], pair.client["tenant_id"]


def test_a_link_is_found_only_below_the_public_url() -> None:
    assert link_of("se http://x.example/l/abc", "http://x.example") == "http://x.example/l/abc"
    assert link_of("se http://y.example/l/abc", "http://x.example") is None
