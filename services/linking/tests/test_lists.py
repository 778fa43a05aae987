"""GET /v1/link-requests, /v1/links and what is one of them: whose, which, in what order."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.linking.tests.world import EVA, World, client

WEEK = timedelta(hours=168)
NAMES = {"300001": "Zorn AB", "300002": "Ågren AB", "300003": "Ärlig AB", "300004": "Öst AB"}


@pytest.fixture
async def four(world: World) -> dict[str, dict[str, Any]]:
    """Four requests by tenant id, in the order of their ids."""
    await world.directory(*[client(tenant, name, EVA) for tenant, name in NAMES.items()])
    return {tenant: await world.asked(tenant) for tenant in NAMES}


async def tenants(world: World, **query: Any) -> list[str]:
    return [one["tenant_id"] for one in (await world.get("/v1/link-requests", **query))["items"]]


ORDERS = {
    "created_at": [1, 2, 3, 4],
    "-created_at": [4, 3, 2, 1],
    "expires_at": [1, 2, 3, 4],
    "-expires_at": [4, 3, 2, 1],
    "client_name": [1, 2, 3, 4],
    "-client_name": [4, 3, 2, 1],
    "": [4, 3, 2, 1],
}


async def test_lists_are_sorted_and_paged_without_gap_or_repeat(
    world: World, four: dict[str, Any]
) -> None:
    for sort, order in ORDERS.items():
        query: dict[str, Any] = {"limit": 1, **({"sort": sort} if sort else {})}
        page = await world.get("/v1/link-requests", **query)
        seen = [one["tenant_id"] for one in page["items"]]
        while page["next_cursor"] is not None:
            page = await world.get("/v1/link-requests", **query, cursor=page["next_cursor"])
            seen += [one["tenant_id"] for one in page["items"]]
        assert seen == [f"30000{n}" for n in order], sort


async def test_pages_are_stable_under_ties(world: World, four: dict[str, Any]) -> None:
    await world.running.rows(
        "UPDATE link_requests SET created_at = '2099-01-01', expires_at = '2099-01-08',"
        " client_key = 'same'"
    )
    for sort in ("created_at", "-expires_at", "client_name"):
        first = await world.get("/v1/link-requests", sort=sort, limit=2)
        rest = await world.get("/v1/link-requests", sort=sort, limit=2, cursor=first["next_cursor"])
        seen = {one["tenant_id"] for one in first["items"] + rest["items"]}
        assert (seen, rest["next_cursor"]) == (set(NAMES), None), sort


async def test_an_unswept_request_past_its_time_is_expired_everywhere(
    world: World, four: dict[str, Any]
) -> None:  # R26
    old = four["300002"]
    await world.age(old, WEEK)
    assert await tenants(world, status="expired") == ["300002"]
    assert await tenants(world, status="pending") == ["300004", "300003", "300001"]
    shown = await world.get(f"/v1/link-requests/{old['id']}")
    assert (shown["status"], shown["decided_at"]) == ("expired", shown["expires_at"])
    line = await world.get(f"/v1/link-requests/{old['id']}/events")
    assert [one["type"] for one in line["items"]] == ["requested", "expired"]


async def test_filters(world: World, four: dict[str, Any]) -> None:
    await world.accept((await world.mailed(four["300003"]))["eva"])
    assert await tenants(world, status="accepted") == ["300003"]
    assert await tenants(world, status="declined") == []
    assert await tenants(world, tenant_id="300001") == ["300001"]
    assert await tenants(world, query="åGREN") == ["300002"]
    assert await tenants(world, query="300004") == ["300004"]
    assert await tenants(world, query="% _") == []
    assert await tenants(world, query="AB", status="pending") == ["300004", "300002", "300001"]


async def test_a_bureau_sees_its_own_only(world: World, four: dict[str, Any]) -> None:  # R43
    cia = world.user("cia", "syd")
    other = await world.asked(headers=cia)
    await world.accept((await world.mailed(other))["eva"])
    assert await tenants(world, headers=cia) == ["100001"]
    assert "100001" not in await tenants(world)
    assert await tenants(world, bureau_id="syd") == []
    assert (await world.get("/v1/links"))["items"] == []
    [link] = (await world.get("/v1/links", headers=cia))["items"]
    for path, code in (
        (f"/v1/link-requests/{other['id']}", "REQUEST_NOT_FOUND"),
        (f"/v1/link-requests/{other['id']}/events", "REQUEST_NOT_FOUND"),
        (f"/v1/links/{link['id']}", "LINK_NOT_FOUND"),
    ):
        answer = await world.http.get(path, headers=world.user())
        assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("role", ["support_agent", "ops"])
async def test_support_and_ops_see_every_bureaus(
    world: World, four: dict[str, Any], role: str
) -> None:
    other = await world.asked(headers=world.user("cia", "syd"))
    await world.accept((await world.mailed(other))["eva"])
    sam = world.user("sam", None, role)
    assert len(await tenants(world, headers=sam)) == 5
    assert await tenants(world, headers=sam, bureau_id="syd") == ["100001"]
    assert (await world.get(f"/v1/link-requests/{other['id']}", sam))["bureau_id"] == "syd"
    [link] = (await world.get("/v1/links", sam, status="active", tenant_id="100001"))["items"]
    assert (link["route"], link["bureau_name"]) == ("digital", "Syd Siffror")
    assert (await world.get("/v1/links", sam, status="ended"))["items"] == []
    assert (await world.get("/v1/links", sam, bureau_id="nord"))["items"] == []


async def test_links_are_paged_newest_first(world: World, four: dict[str, Any]) -> None:
    for made in four.values():
        await world.accept((await world.mailed(made))["eva"])
    first = await world.get("/v1/links", limit=3)
    rest = await world.get("/v1/links", limit=3, cursor=first["next_cursor"])
    seen = [one["tenant_id"] for one in first["items"] + rest["items"]]
    assert seen == sorted(NAMES, reverse=True)
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("path", ["/v1/link-requests", "/v1/links"])
async def test_readers_are_known_users(world: World, path: str) -> None:  # R2
    for headers, status in (
        ({}, 401),
        (world.user("eva", "nord"), 403),
        (world.user("ada", None), 403),
        (world.user("ada", "nord", "platform"), 403),
    ):
        assert (await world.http.get(path, headers=headers)).status_code == status


BAD_QUERIES: list[tuple[str, dict[str, str], str]] = [
    ("/v1/link-requests", {"cursor": "made-up"}, "cursor"),
    ("/v1/link-requests", {"cursor": "\0"}, "cursor"),
    ("/v1/link-requests", {"status": "open"}, "status"),
    ("/v1/link-requests", {"sort": "name"}, "sort"),
    ("/v1/link-requests", {"query": "a\0b"}, "query"),
    ("/v1/link-requests", {"query": "x" * 201}, "query"),
    ("/v1/link-requests", {"tenant_id": "1\0"}, "tenant_id"),
    ("/v1/link-requests", {"bureau_id": "../x"}, "bureau_id"),
    ("/v1/link-requests", {"limit": "0"}, "limit"),
    ("/v1/link-requests", {"limit": "99999999999999999999"}, "limit"),
    ("/v1/links", {"cursor": "W10"}, "cursor"),
    ("/v1/links", {"status": "pending"}, "status"),
    ("/v1/eligibility", {"tenant_id": "x"}, "tenant_id"),
]


async def test_a_bad_query_is_named(world: World) -> None:
    for path, query, field in BAD_QUERIES:
        answer = await world.http.get(path, params=query, headers=world.user())
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), query
        assert "\0" in str(query.values()) or [e["field"] for e in answer.json()["errors"]] == [
            field
        ]


async def test_another_orders_cursor_is_refused(world: World, four: dict[str, Any]) -> None:
    page = await world.get("/v1/link-requests", limit=1)
    answer = await world.http.get(
        "/v1/link-requests",
        params={"cursor": page["next_cursor"], "sort": "client_name"},
        headers=world.user(),
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_malformed_or_unknown_id_is_not_found(world: World) -> None:
    unknown = str(uuid4())
    for bad in (unknown, "x", "..%2F1", "%00", "1" * 500, f"%7B{unknown}%7D"):
        for path, code in (("link-requests", "REQUEST_NOT_FOUND"), ("links", "LINK_NOT_FOUND")):
            answer = await world.http.get(f"/v1/{path}/{bad}", headers=world.user())
            assert answer.status_code == 404, bad
            assert answer.json()["code"] in (code, "NOT_FOUND")
