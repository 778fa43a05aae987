"""POST /l/{token}/decline: an admin says no, and the bureau hears why."""

import re
from datetime import timedelta

import pytest

from contracts.events.linking import LinkRequestDeclined
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import EVA, FIA, HTML, JSON, World, client

WHO = {"user_id": "eva", "name": EVA.name, "side": "client"}


async def test_a_refusal_is_final_and_tells_the_bureau_why(world: World) -> None:  # D1
    made = await world.asked()
    tokens = await world.mailed(made)
    answer = await world.decline(tokens["eva"], "Vi har redan en byrå\r\noch är nöjda åäö")
    assert (answer.status_code, answer.json()["status"]) == (200, "declined")
    [event] = await world.published(LinkRequestDeclined, 1)
    assert event.message == "Vi har redan en byrå\noch är nöjda åäö"
    assert event.requester is not None
    assert (event.requester.user_id, event.decided_by.model_dump()) == ("ada", WHO)  # type: ignore[union-attr]
    shown = await world.shown(made)
    assert (shown["status"], shown["decided_by"]) == ("declined", WHO)
    late = await world.accept(tokens["fia"])
    assert (late.status_code, late.json()["code"]) == (409, "ALREADY_DECIDED")
    assert (late.json()["request_status"], late.json()["decided_by"]) == ("declined", WHO)
    assert (await world.running.rows("SELECT 1 FROM links")) == []
    line = (await world.get(f"/v1/link-requests/{made['id']}/events"))["items"]
    assert (line[-1]["type"], line[-1]["text"]) == ("declined", event.message)


async def test_refusing_again_is_harmless_and_accepting_then_is_too_late(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    first = await world.decline(tokens["eva"], "Nej")
    again = await world.decline(tokens["eva"], "Nej, sa jag")
    assert (first.json(), again.status_code) == (again.json(), 200)
    assert await world.outbox("LinkRequestDeclined") == 1
    changed_her_mind = await world.accept(tokens["eva"])
    assert changed_her_mind.json()["code"] == "ALREADY_DECIDED"
    another = await world.decline(tokens["fia"])
    assert (another.status_code, another.json()["decided_by"]) == (409, WHO)


async def test_who_accepted_can_not_decline_afterwards(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    await world.accept(tokens["eva"])
    answer = await world.decline(tokens["eva"])
    assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_DECIDED")
    assert await world.outbox("LinkRequestDeclined") == 0


async def test_the_bureau_can_ask_again_after_a_refusal(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    await world.decline(tokens["eva"])
    again = await world.asked()
    assert (await world.accept((await world.mailed(again))["eva"])).status_code == 200
    assert (await world.accept(tokens["fia"])).json()["code"] == "ALREADY_DECIDED"


async def test_only_an_admin_of_now_in_time_may_decline(world: World) -> None:  # R26, R34
    made = await world.asked()
    tokens = await world.mailed(made)
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    assert (await world.decline(tokens["eva"])).json()["code"] == "NOT_A_SYSTEM_ADMIN"
    await world.age(made, timedelta(hours=168))
    late = await world.decline(tokens["fia"])
    assert (late.status_code, late.json()["code"]) == (410, "LINK_EXPIRED")
    assert await world.outbox("LinkRequestDeclined") == 0


BAD = [
    "x" * 501,
    "titta på https://bluff.example/x",
    "gå till www.bluff.example",
    "\x07",
    "bröt \x00 här",
]


@pytest.mark.parametrize("message", BAD)
async def test_a_message_that_would_phish_or_break_a_mail_is_refused(
    world: World, message: str
) -> None:
    tokens = await world.mailed(await world.asked())
    for answer in (
        await world.decline(tokens["eva"], message),
        await world.http.post(f"/l/{tokens['eva']}/decline", data={"message": message}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
        assert [one["field"] for one in answer.json()["errors"]] == ["message"]
    assert (await world.page(tokens["eva"])).json()["status"] == "pending"


ASKED_AGAIN = [
    ("Se www.bluff.example i stället", "Ta bort webbadressen ur meddelandet."),
    ("å" * 501, "Meddelandet är 501 tecken långt. Högst 500 får plats."),
    ("Nej\x07 tack", "Meddelandet har tecken som inte kan visas."),
    ("Fråga \u2068Åsa\u2069", "Meddelandet har tecken som inte kan visas."),
]


@pytest.mark.parametrize(("message", "why"), ASKED_AGAIN)
async def test_a_browser_is_told_what_is_wrong_with_a_message_and_keeps_it(
    world: World, message: str, why: str
) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(f"/l/{token}/decline", data={"message": message}, headers=HTML)
    page = Elements(answer.text)
    assert (answer.status_code, page.text.count(why)) == (422, 2)
    assert "#message" in [one["href"] for one in page.all("a")]
    [area] = page.all("textarea")
    assert (area["aria-invalid"], area["aria-describedby"]) == (
        "true",
        "message-hint message-error",
    )
    assert "open" in page.all("details")[0]
    assert re.sub("[\x07\u2068\u2069]", "", message) in page.text
    assert (await world.page(token)).json()["status"] == "pending"


async def test_a_message_that_comes_too_late_is_told_what_became_of_it(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    await world.accept(tokens["eva"])
    sent = {"message": "www.bluff.example"}
    answer = await world.http.post(f"/l/{tokens['fia']}/decline", data=sent, headers=HTML)
    assert (answer.status_code, f"{EVA.name} accepterade" in answer.text) == (422, True)
    assert "Ditt meddelande skickades inte: www.bluff.example" in Elements(answer.text).text


async def test_a_form_declines_and_goes_back_to_its_page(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    sent = {"message": "Nej tack\r\nåäö"}
    answer = await world.http.post(f"/l/{token}/decline?lang=sv", data=sent, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{token}?lang=sv")
    page = await world.page(token, HTML)
    assert (page.status_code, "Du har avböjt förfrågan" in page.text) == (200, True)


async def test_a_confirmation_belongs_to_accepting_only(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(
        f"/l/{token}/decline", json={"message": "nej", "confirm": True}, headers=JSON
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "confirm")


async def test_invisible_characters_are_no_message(world: World) -> None:  # D1
    made = await world.asked(message="\u200b" * 20)
    assert made["message"] is None
    answer = await world.decline((await world.mailed(made))["eva"], "\u200b" * 20)
    assert answer.status_code == 200
    [event] = await world.published(LinkRequestDeclined, 1)
    assert event.message is None
