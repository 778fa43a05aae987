"""Five admins, a hundred accepts at once: exactly one wins, and everybody is told the same (R32).

`make races` takes 200 rounds of it; `make test` a few.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest

from contracts.events.directory import SystemAdmin
from koppla.waiting import until
from linking.app import build
from linking.settings import LinkingSettings
from services.linking.tests.world import BUREAUS, SETTINGS, World, client
from tests.support.harness import Harness

ROUNDS = int(os.environ.get("KOPPLA_RACES", "3"))
AT_ONCE = 100


@pytest.fixture
async def world(harness: Harness) -> AsyncIterator[World]:
    """As ever, but nobody counts how often one address clicks: here it does so 20,000 times."""
    given = {**SETTINGS, "rate_link_pages": "off"}
    async with harness.running("linking", LinkingSettings, build, **given) as running:
        world = World(harness, running)
        await harness.broker.publish(*BUREAUS)
        await until(lambda: world.knows(len(BUREAUS), 0), what="the directory")
        yield world


@pytest.mark.timeout(3000)
async def test_of_a_hundred_accepts_by_five_admins_exactly_one_wins(world: World) -> None:  # R32
    admins = [
        SystemAdmin(user_id=f"admin-{n}", name=f"Admin {n}", email=f"a{n}@nordkust.example")
        for n in range(5)
    ]
    await world.directory(client("100001", "Femton Händer AB", *admins))
    winners: set[str] = set()
    for number in range(ROUNDS):
        made = await world.asked()
        tokens = [world.sign(made["id"], one.user_id, one.email) for one in admins]
        answers = await asyncio.gather(*[world.accept(tokens[n % 5]) for n in range(AT_ONCE)])
        said = [one.json() for one in answers]
        assert len({(one["decided_by"]["user_id"], one["decided_at"]) for one in said}) == 1
        winner = said[0]["decided_by"]["user_id"]
        winners.add(winner)
        for place, answer in enumerate(answers):
            is_winner = admins[place % 5].user_id == winner
            code = None if is_winner else "ALREADY_DECIDED"
            assert (answer.status_code, answer.json().get("code")) == (
                *((200 if is_winner else 409), code),
            )
        [link] = (await world.get("/v1/links", status="active"))["items"]
        assert await world.outbox("LinkEstablished") == number + 1
        assert await world.outbox("LinkRequestAccepted") == number + 1
        await world.http.post(f"/v1/links/{link['id']}/end", headers=world.user())
    sys.stderr.write(f"{ROUNDS} rounds of {AT_ONCE} accepts, won by {sorted(winners)}\n")
