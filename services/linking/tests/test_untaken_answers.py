"""An answer that comes too late is told that it was not taken, and what holds instead (R33)."""

from datetime import timedelta

import pytest

from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import ADA, EVA, FIA, HTML, NORD, World, client

ACCEPT, DECLINE = ("accept", {"confirm": "on"}), ("decline", {"message": "Fel byrå,\nsa Åsa"})
UNTAKEN = {"accept": "Ditt godkännande togs inte emot", "decline": "Ditt avböjande togs inte emot"}
Sent = tuple[str, dict[str, str]]


async def late(world: World, token: str, sent: Sent, lang: str = "sv") -> tuple[int, Elements]:
    """A form that a tab which was left open still shows."""
    act, fields = sent
    answer = await world.http.post(f"/l/{token}/{act}?lang={lang}", data=fields, headers=HTML)
    return answer.status_code, Elements(answer.text)


async def test_who_accepted_is_told_that_declining_was_not_taken_and_where_to_end_it(
    world: World,
) -> None:  # D8
    token = (await world.mailed(await world.asked()))["eva"]
    await world.accept(token)
    status, page = await late(world, token, DECLINE)
    assert status == 409
    for said in (
        UNTAKEN["decline"],
        "Du hade redan accepterat förfrågan",
        "Ditt meddelande skickades inte: Fel byrå, sa Åsa",
        f"Vill du ta bort åtkomsten för {NORD.name}?",
        "Du har accepterat förfrågan",
    ):
        assert said in page.text, said
    # A link to decide by, which may have been passed on, gives none that ends.
    assert page.ways == [f"/l/{token}?lang=sv", f"/l/{token}?lang=en"]


async def test_who_declined_is_told_that_accepting_was_not_taken(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    await world.decline(token)
    for lang, said in (
        ("sv", (UNTAKEN["accept"], "Du hade redan avböjt förfrågan")),
        ("en", ("Your acceptance was not taken", "You had already declined the request")),
    ):
        status, page = await late(world, token, ACCEPT, lang)
        assert (status, [one in page.text for one in said]) == (409, [True, True])
        assert page.ways == [f"/l/{token}?lang=sv", f"/l/{token}?lang=en"]
    assert (await world.get("/v1/links"))["items"] == []


async def test_who_declines_after_another_accepted_is_told_who_and_where_to_end_it(
    world: World,
) -> None:  # R32
    tokens = await world.mailed(await world.asked())
    await world.accept(tokens["eva"])
    status, page = await late(world, tokens["fia"], DECLINE)
    assert (status, UNTAKEN["decline"] in page.text) == (409, True)
    assert f"{EVA.name} hade redan accepterat" in page.text
    assert f"Vill du ta bort åtkomsten för {NORD.name}?" in page.text


@pytest.mark.parametrize("sent", [ACCEPT, DECLINE])
async def test_what_comes_after_the_bureau_s_withdrawal_was_not_taken(
    world: World, sent: Sent
) -> None:  # D2
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.act(made, "cancel")
    status, page = await late(world, token, sent)
    assert (status, UNTAKEN[sent[0]] in page.text) == (409, True)
    assert "Förfrågan gällde inte längre." in page.text
    assert f"Återtagen{ADA.name}, " in page.text
    assert "Besvarad" not in page.text
    assert ("Fel byrå, sa Åsa" in page.text) == (sent is DECLINE)


@pytest.mark.parametrize("sent", [ACCEPT, DECLINE])
async def test_what_comes_after_the_expiry_was_not_taken(world: World, sent: Sent) -> None:  # R26
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    await world.age(made, timedelta(hours=168, seconds=1))
    status, page = await late(world, token, sent)
    assert (status, UNTAKEN[sent[0]] in page.text) == (410, True)
    assert ("Fel byrå, sa Åsa" in page.text) == (sent is DECLINE)


async def test_whose_role_is_gone_is_told_and_gets_no_way_to_the_link(world: World) -> None:  # R34
    tokens = await world.mailed(await world.asked())
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    status, page = await late(world, tokens["eva"], ACCEPT)
    assert (status, UNTAKEN["accept"] in page.text) == (403, True)
    await world.accept(tokens["fia"])
    status, page = await late(world, tokens["eva"], DECLINE)
    assert (status, UNTAKEN["decline"] in page.text) == (409, True)
    assert page.ways == [f"/l/{tokens['eva']}?lang=sv", f"/l/{tokens['eva']}?lang=en"]


async def test_a_page_that_is_only_looked_at_says_nothing_of_answers_not_taken(
    world: World,
) -> None:  # R31
    token = (await world.mailed(await world.asked()))["eva"]
    await world.accept(token)
    page = Elements((await world.page(token, HTML)).text)
    assert "togs inte emot" not in page.text
