"""POST /l/{token}/accept: who, when, once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.events.directory import SystemAdmin
from contracts.events.linking import LinkEstablished, LinkRequestAccepted
from contracts.link_token import Purpose
from services.linking.tests.world import (
    ADMINS,
    EVA,
    FIA,
    HTML,
    JSON,
    SOLE,
    World,
    client,
)

WEEK = timedelta(hours=168)
SECOND = timedelta(seconds=1)


async def nothing_accepted(world: World) -> bool:
    rows = await world.running.rows("SELECT 1 FROM links")
    return rows == [] and await world.outbox("LinkRequestAccepted") == 0


async def test_accepting_shortly_before_expiry_links(world: World) -> None:  # R26
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.age(made, WEEK - 30 * SECOND)
    assert (await world.accept(token)).status_code == 200


async def test_accept_one_second_after_expiry_is_gone(world: World) -> None:  # R26
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.age(made, WEEK + SECOND)
    answer = await world.accept(token)
    assert (answer.status_code, answer.json()["code"]) == (410, "LINK_EXPIRED")
    assert await nothing_accepted(world)


async def test_of_twenty_accepts_at_once_exactly_one_wins(world: World) -> None:  # R32
    admins = [
        SystemAdmin(user_id=f"admin-{n}", name=f"Admin {n}", email=f"a{n}@nordkust.example")
        for n in range(20)
    ]
    await world.directory(client("100001", "Nordkust Åkeri AB", *admins))
    made = await world.asked()
    tokens = await world.mailed(made)
    answers = await asyncio.gather(*[world.accept(token) for token in tokens.values()])
    won = [one.json() for one in answers if one.status_code == 200]
    lost = [one.json() for one in answers if one.status_code == 409]
    assert (len(won), len(lost)) == (1, 19)
    for told in lost:
        assert told["code"] == "ALREADY_DECIDED"
        assert told["decided_by"] == won[0]["decided_by"]
        assert told["decided_at"] == won[0]["decided_at"]
    assert len(await world.running.rows("SELECT 1 FROM links")) == 1
    await world.published(LinkRequestAccepted, 1)
    await world.published(LinkEstablished, 1)


async def test_the_same_person_again_is_answered_alike(world: World) -> None:  # R32
    token = (await world.mailed(await world.asked()))["eva"]
    first = await world.accept(token)
    again = await world.accept(token)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert await world.outbox("LinkEstablished") == 1


async def test_one_persons_double_click_is_one_acceptance(world: World) -> None:  # R32
    token = (await world.mailed(await world.asked()))["eva"]
    answers = await asyncio.gather(*[world.accept(token) for _ in range(6)])
    assert {one.status_code for one in answers} == {200}
    assert await world.outbox("LinkEstablished") == 1


async def test_whose_role_is_gone_may_not_accept(world: World) -> None:  # R34
    tokens = await world.mailed(await world.asked())
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    answer = await world.accept(tokens["eva"])
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_A_SYSTEM_ADMIN")
    assert await nothing_accepted(world)
    assert (await world.accept(tokens["fia"])).status_code == 200


async def test_whose_address_changed_may_not_accept(world: World) -> None:  # R34
    tokens = await world.mailed(await world.asked())
    moved = EVA.model_copy(update={"email": "eva@elsewhere.example"})
    await world.directory(client("100001", "Nordkust Nya AB", moved, FIA))
    answer = await world.accept(tokens["eva"])
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_A_SYSTEM_ADMIN")


async def test_another_case_of_the_address_is_the_same_address(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    shouted = EVA.model_copy(update={"email": "EVA@Nordkust.example"})
    await world.directory(client("100001", "Nordkust Nya AB", shouted))
    assert (await world.accept(tokens["eva"])).status_code == 200


async def test_a_new_admin_has_no_link_of_her_own(world: World) -> None:  # R21
    made = await world.asked()
    new = SystemAdmin(user_id="ny", name="Ny", email="ny@nordkust.example")
    await world.directory(client("100001", "Nordkust Åkeri AB", *ADMINS, new))
    answer = await world.accept(world.sign(made["id"], "ny", new.email))
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


UNCONFIRMED: list[dict[str, Any]] = [
    {"json": {}},
    {"json": {"confirm": False}},
    {"json": {"confirm": None}},
    {"data": {"confirm": ""}},
    {"data": {"confirm": "no"}},
    {},
]


async def test_without_confirmation_nothing_is_accepted(world: World) -> None:  # D10
    token = (await world.mailed(await world.asked()))["eva"]
    for sent in UNCONFIRMED:
        answer = await world.http.post(f"/l/{token}/accept", headers=JSON, **sent)
        assert (answer.status_code, answer.json()["code"]) == (422, "CONFIRMATION_MISSING"), sent
    assert await nothing_accepted(world)


@pytest.mark.parametrize("value", ["on", "yes", "true", "1"])
async def test_a_form_goes_back_to_its_page(world: World, value: str) -> None:  # R30
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(
        f"/l/{token}/accept?lang=en", data={"confirm": value}, headers=HTML
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{token}?lang=en")
    page = await world.http.get(answer.headers["location"], headers=HTML)
    assert (page.status_code, "You have accepted the request" in page.text) == (200, True)


async def test_who_accepted_and_when_is_stored_and_shown(world: World) -> None:  # R35
    made = await world.asked()
    answer = (await world.accept((await world.mailed(made))["fia"])).json()
    eva_like = {"user_id": "fia", "name": FIA.name, "side": "client"}
    shown = await world.get(f"/v1/link-requests/{made['id']}")
    assert (shown["decided_by"], shown["decided_at"]) == (eva_like, answer["decided_at"])
    [link] = (await world.get("/v1/links"))["items"]
    assert (link["accepted_by"], link["established_at"]) == (eva_like, answer["decided_at"])
    assert await world.get(f"/v1/links/{link['id']}") == link
    line = await world.get(f"/v1/link-requests/{made['id']}/events")
    assert [(one["type"], one["by"] and one["by"]["user_id"]) for one in line["items"]] == [
        ("requested", "ada"),
        ("accepted", "fia"),
    ]


async def test_the_event_of_a_link_says_what_activation_needs(world: World) -> None:  # R36
    made = await world.asked(SOLE.tenant_id)
    await world.accept((await world.mailed(made))["eva"])
    [event] = await world.published(LinkEstablished, 1)
    assert (event.bureau_id, event.tenant_id, event.route) == ("nord", SOLE.tenant_id, "digital")
    assert event.client_org_number == "640823-****"
    assert event.accepted_by is not None
    assert event.accepted_by.user_id == "eva"
    assert str(event.request_id) == made["id"]


async def test_no_link_before_the_acceptance(world: World) -> None:  # R36
    await world.mailed(await world.asked())
    assert (await world.get("/v1/links"))["items"] == []
    assert await world.outbox("LinkEstablished") == 0


async def test_a_forged_cut_or_foreign_token_is_not_found(world: World) -> None:
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    last = "A" if token[-1] != "A" else "B"
    for bad in (
        token[:-1],
        token + "A",
        token[:-1] + last,
        token[:60],
        world.sign(uuid4(), "eva", EVA.email),
        world.sign(made["id"], "eva", EVA.email, window=2),
        world.keys.sign(Purpose.MANAGE, uuid4(), 1, "eva", EVA.email),
        "x",
        "%00",
        "%ED%A0%80",
        "å" * 111,
    ):
        for answer in (await world.page(bad), await world.accept(bad)):
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert await nothing_accepted(world)
