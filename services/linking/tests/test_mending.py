"""What an operator may make linking take back, and what not (docs/decisions/0019)."""

from typing import Any

import httpx
import pytest

from services.linking.tests.world import World


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
