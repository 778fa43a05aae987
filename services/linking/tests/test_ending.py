"""A link ends: by its bureau, by its client's admin, by support; once, for everybody (D8)."""

import asyncio
from typing import Any

import httpx
import pytest

from contracts.events.linking import LinkEnded
from services.linking.tests.world import EVA, FIA, HTML, JSON, World, client

REASON = "Samarbetet är slut\nåäö"


async def end(
    world: World, link: dict[str, Any], headers: dict[str, str], reason: str | None = None
) -> httpx.Response:
    body = {} if reason is None else {"json": {"reason": reason}}
    return await world.http.post(f"/v1/links/{link['id']}/end", headers=headers, **body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "side", "user_id"), [("bureau", "bureau", "ada"), ("support", "support", "sam")]
)
async def test_bureau_and_support_end_a_link(
    world: World, who: str, side: str, user_id: str
) -> None:  # D8
    link = await world.linked()
    caller = world.user() if who == "bureau" else world.agent()
    answer = await end(world, link, caller, REASON)
    assert answer.status_code == 200
    ended = answer.json()
    assert (ended["status"], ended["reason"]) == ("ended", REASON)
    assert (ended["ended_by"]["side"], ended["ended_by"]["user_id"]) == (side, user_id)
    assert ended["version"] == link["version"] + 1
    [event] = await world.published(LinkEnded, 1)
    assert (str(event.link_id), event.version, event.reason) == (
        *(link["id"], ended["version"], REASON),
    )
    assert [one.user_id for one in event.bureau_admins] == ["ada"]
    assert {one.user_id for one in event.client_admins} == {"eva", "fia", "gun"}


async def test_the_clients_admin_ends_it_from_her_receipts_page(world: World) -> None:  # D8
    link = await world.linked()
    token = world.manage(link["id"])
    sent = {"confirm": "on", "reason": "Vi byter byrå"}
    answer = await world.http.post(f"/l/{token}/end?lang=sv", data=sent, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{token}?lang=sv")
    page = await world.page(token, HTML)
    for said in ("Kopplingen är avslutad", "Vi byter byrå", EVA.name, "klienten"):
        assert said in page.text, said
    [event] = await world.published(LinkEnded, 1)
    assert event.ended_by is not None
    assert (event.ended_by.side, event.ended_by.user_id, event.reason) == (
        *("client", "eva", "Vi byter byrå"),
    )
    assert (await world.get(f"/v1/links/{link['id']}"))["status"] == "ended"


async def test_ending_again_is_harmless_from_any_side(world: World) -> None:  # D8
    link = await world.linked()
    token = world.manage(link["id"])
    answers = await asyncio.gather(
        end(world, link, world.user()),
        end(world, link, world.agent()),
        world.http.post(f"/l/{token}/end", json={"confirm": True}, headers=JSON),
        end(world, link, world.user()),
    )
    assert {one.status_code for one in answers} == {200}
    assert await world.outbox("LinkEnded") == 1
    assert len({str(one.json()["ended_at"]) for one in answers}) == 1


@pytest.mark.parametrize("sent", [{}, {"confirm": False}, {"reason": "x"}])
async def test_the_page_asks_for_a_confirmation(world: World, sent: dict[str, Any]) -> None:  # D10
    link = await world.linked()
    token = world.manage(link["id"])
    answer = await world.http.post(f"/l/{token}/end", json=sent, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "CONFIRMATION_MISSING")
    page = await world.http.post(f"/l/{token}/end", data={}, headers=HTML)
    assert (page.status_code, "Kryssa i rutan" in page.text) == (422, True)
    assert await world.outbox("LinkEnded") == 0


async def test_only_an_admin_of_now_ends_it_from_the_page(world: World) -> None:  # R34
    link = await world.linked()
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    token = world.manage(link["id"])
    answer = await world.http.post(f"/l/{token}/end", json={"confirm": True}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_A_SYSTEM_ADMIN")
    fias = world.manage(link["id"], "fia", FIA.email)
    answer = await world.http.post(f"/l/{fias}/end", json={"confirm": True}, headers=JSON)
    assert answer.status_code == 200


async def test_an_invitations_token_ends_nothing(world: World) -> None:
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.accept(token)
    answer = await world.http.post(f"/l/{token}/end", json={"confirm": True}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_who_may_not_end_a_link(world: World) -> None:
    link = await world.linked()
    refused = [
        (world.user("bo", "nord", "consultant"), 403, "FORBIDDEN"),
        # The token says admin, the directory says consultant.
        (world.user("bo", "nord", "bureau_admin"), 403, "FORBIDDEN"),
        (world.operator(), 403, "FORBIDDEN"),
        (world.user("cia", "syd"), 404, "LINK_NOT_FOUND"),
        ({}, 401, "UNAUTHENTICATED"),
    ]
    for headers, status, code in refused:
        answer = await end(world, link, headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    unknown = await end(world, {"id": "../x"}, world.user())
    assert unknown.status_code == 404
    bad = await end(world, link, world.user(), "se http://bluff.example")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "reason")
    assert await world.outbox("LinkEnded") == 0


async def test_after_the_end_the_bureau_can_ask_and_be_linked_again(world: World) -> None:  # D8
    first = await world.linked()
    await end(world, first, world.user())
    assert (await world.get("/v1/eligibility", tenant_id="100001"))["eligible"]
    second = await world.linked()
    assert second["id"] != first["id"]
    assert second["version"] > first["version"]
    old = await world.http.post(
        f"/l/{world.manage(first['id'])}/end", json={"confirm": True}, headers=JSON
    )
    assert (old.status_code, old.json()["status"]) == (200, "ended")
    assert (await world.get(f"/v1/links/{second['id']}"))["status"] == "active"
