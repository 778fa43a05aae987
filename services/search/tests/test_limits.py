"""How often a user may search."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from chassis.settings import SettingError
from search.app import build
from search.settings import SearchSettings
from tests.support.harness import Harness, Running

AGES = "9999h"  # no such window ends while a test runs
UNKNOWN = {"tenant_id": "999999"}


class Desk:
    """A running service, and who searches there."""

    def __init__(self, harness: Harness, running: Running) -> None:
        self.harness = harness
        self.running = running

    async def ask(
        self, sub: str = "anna", bureau_id: str = "b-1", body: Any = UNKNOWN
    ) -> httpx.Response:
        bearer = self.harness.bearer(sub, "bureau_admin", bureau_id=bureau_id)
        return await self.running.http.post("/v1/client-searches", json=body, headers=bearer)

    async def statuses(self, number: int, *who: str) -> list[int]:
        return [(await self.ask(*who)).status_code for _ in range(number)]

    def refused(self) -> float:
        labels = {"service": "search", "limit": "searches"}
        registry = self.running.service.metrics.registry
        return registry.get_sample_value("koppla_rate_limited_total", labels) or 0


def replica(harness: Harness, search: Running, limit: str) -> AbstractAsyncContextManager[Running]:
    """Another process of the running service, with a limit of its own."""
    urls = search.owner_url, search.settings.database_url.get_secret_value()
    return harness.running(
        "search", SearchSettings, build, roles=("serve",), urls=urls, rate_searches=limit
    )


@pytest.fixture
async def desk(harness: Harness, search: Running) -> AsyncIterator[Desk]:
    """At most three searches of each user."""
    async with replica(harness, search, f"3/{AGES}") as running:
        yield Desk(harness, running)


async def test_a_user_who_searches_too_often_is_told_when_to_go_on(desk: Desk) -> None:
    assert await desk.statuses(3) == [200, 200, 200]
    answer = await desk.ask(body={"tenant_id": "100001"})
    assert answer.status_code == 429
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "RATE_LIMITED"
    assert "items" not in answer.json()
    assert int(answer.headers["retry-after"]) >= 1
    assert desk.refused() == 1


async def test_another_user_of_the_same_bureau_is_not_affected(desk: Desk) -> None:
    assert await desk.statuses(4) == [200, 200, 200, 429]
    assert await desk.statuses(3, "bo") == [200, 200, 200]


async def test_who_is_not_signed_in_spends_nobodys_searches(desk: Desk) -> None:  # R2
    for _ in range(5):
        answer = await desk.running.http.post("/v1/client-searches", json=UNKNOWN)
        assert answer.status_code == 401
    assert desk.refused() == 0
    assert await desk.statuses(3) == [200, 200, 200]


async def test_the_limit_comes_before_the_bureau_is_looked_up(desk: Desk) -> None:  # R13
    assert await desk.statuses(5, "kim", "b-kpmg") == [403, 403, 403, 429, 429]


async def test_each_replica_counts_for_itself(desk: Desk, search: Running) -> None:
    # As docs/limits.md says: two replicas let twice as much through.
    async with replica(desk.harness, search, f"3/{AGES}") as second:
        assert await desk.statuses(4) == [200, 200, 200, 429]
        assert await Desk(desk.harness, second).statuses(4) == [200, 200, 200, 429]


async def test_the_limit_can_be_turned_off(harness: Harness, search: Running) -> None:
    async with replica(harness, search, "off") as unlimited:
        assert set(await Desk(harness, unlimited).statuses(20)) == {200}


async def test_by_default_a_bureau_looks_up_300_clients_in_one_go(
    harness: Harness, search: Running
) -> None:
    assert set(await Desk(harness, search).statuses(300)) == {200}


async def test_a_wrong_limit_is_named(harness: Harness, search: Running) -> None:
    with pytest.raises(SettingError, match=r"^KOPPLA_RATE_SEARCHES: must be a whole number"):
        async with replica(harness, search, "many"):
            pass
