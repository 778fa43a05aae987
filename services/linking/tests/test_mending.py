"""What an operator may make linking take back, and what not (docs/decisions/0019)."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.events.linking import LinkEnded
from services.linking.tests.world import World

EARLIER = "2026-01-02T09:00:00Z"


async def mend(world: World, link: dict[str, Any], **heard: Any) -> httpx.Response:
    body = {
        "bureau_id": link["bureau_id"],
        "tenant_id": link["tenant_id"],
        "version": 9,
        "link_id": link["id"],
        "active": False,
        "route": "digital",
        **heard,
    }
    return await world.http.post("/v1/ops/linking/mend-pair", json=body, headers=world.operator())


async def status(world: World, link: dict[str, Any]) -> str:
    rows = await world.running.rows("SELECT status FROM links WHERE id::text = $1", link["id"])
    return str(rows[0]["status"])


async def test_a_link_of_another_pair_is_left_alone(world: World) -> None:
    link = await world.linked("100001")
    answer = await mend(world, link, tenant_id="100002")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "link_id")
    assert await status(world, link) == "active"


async def test_an_end_without_a_moment_is_of_now(world: World) -> None:
    link = await world.linked("100001")
    answer = await mend(world, link)
    assert (answer.status_code, answer.json()) == (200, {"outcome": "end_taken_back"})
    assert await status(world, link) == "ended"
    assert (await mend(world, link)).json() == {"outcome": "said_again"}


@pytest.mark.parametrize("field", ["ended_at", "established_at"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_a_moment_that_can_not_be_is_refused(world: World, field: str, moment: str) -> None:
    link = await world.linked("100001")
    answer = await mend(world, link, **{field: moment})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await status(world, link) == "active"


async def test_a_lost_link_is_not_open_again_after_people_ended_what_they_made_in_its_stead(
    world: World,
) -> None:  # D8
    """Linking was set back, the two linked anew, and the client ended it: that is the last word."""
    made = await world.linked("100001")
    end = await world.http.post(f"/v1/links/{made['id']}/end", headers=world.user())
    assert end.status_code == 200
    lost = {**made, "id": "0195f3a0-0000-7000-8000-000000000002"}
    answer = await mend(world, lost, active=True, established_at=EARLIER)
    assert answer.json() == {"outcome": "link_taken_back"}
    assert (await status(world, lost), await status(world, made)) == ("ended", "ended")
    said = await world.published(LinkEnded, 2)
    assert (str(said[-1].link_id), said[-1].version) == (lost["id"], 10)
    assert said[-1].ended_at == said[0].ended_at


async def test_a_lost_link_that_began_after_an_older_one_had_ended_is_open(world: World) -> None:
    made = await world.linked("100001")
    end = await world.http.post(f"/v1/links/{made['id']}/end", headers=world.user())
    lost = {**made, "id": "0195f3a0-0000-7000-8000-000000000002"}
    began = datetime.fromisoformat(end.json()["ended_at"]) + timedelta(seconds=1)
    answer = await mend(world, lost, active=True, established_at=began.isoformat())
    assert answer.json() == {"outcome": "link_taken_back"}
    assert await status(world, lost) == "active"
