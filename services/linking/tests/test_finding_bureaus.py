"""POST /v1/bureau-searches: support finds the bureau that a paper form means (R5)."""

from typing import Any

import pytest

from services.linking.tests.world import NORD, World, bureau

SOLE = "640823-3234"


async def find(world: World, query: Any) -> list[dict[str, str]]:
    body = {"query": query}
    answer = await world.http.post("/v1/bureau-searches", json=body, headers=world.agent())
    assert answer.status_code == 200, answer.text
    items: list[dict[str, str]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    "query", ["nord", " nord ", "NORD REDOVISNING", "redovisning & råd", NORD.name]
)
async def test_a_bureau_is_found_by_id_and_by_part_of_its_name(world: World, query: str) -> None:
    [found] = await find(world, query)
    assert found == {"bureau_id": "nord", "org_number": "556469-6291", "name": NORD.name}


async def test_a_number_finds_every_bureau_that_has_it(world: World) -> None:
    found = await find(world, "16556469 6291")
    assert [one["bureau_id"] for one in found] == ["kpmg-1", "nord", "syd"]


async def test_a_sole_trader_s_number_is_shown_to_who_searched_by_it(world: World) -> None:
    await world.directory(bureau("ensam", "Ensam Råd").model_copy(update={"org_number": SOLE}))

    async def shown(query: str) -> list[str]:
        return [one["org_number"] for one in await find(world, query)]

    assert await shown("ensam") == ["640823-****"]
    assert await shown(SOLE) == [SOLE]


async def test_who_is_meant_exactly_comes_first(world: World) -> None:
    found = await find(world, "syd")
    assert found[0]["bureau_id"] == "syd"
    assert await find(world, "no such bureau") == []
    assert await find(world, "%") == []


@pytest.mark.parametrize("query", ["", "   ", "x" * 201, "a\x00b", None, 1])
async def test_what_is_no_query_is_refused_by_its_field(world: World, query: Any) -> None:
    body = {"query": query}
    answer = await world.http.post("/v1/bureau-searches", json=body, headers=world.agent())
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["query"]
