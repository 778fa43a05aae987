"""A mailed link whose request gave access once: its page never says that it still does (R33)."""

from typing import Any

import pytest

from services.linking.tests.test_link_pages import Elements
from services.linking.tests.test_paper_forms import register
from services.linking.tests.world import EVA, FIA, HTML, NORD, World, client

SAYS = {"sv": "Kopplingen är avslutad", "en": "The link has been ended"}
AGAIN = {
    "sv": "har kopplats igen sedan dess, och har åtkomst nu",
    "en": "has been linked again since, and has access now",
}
NEEDED = {"sv": "behövs en ny förfrågan", "en": "you need a new request"}
HELD = {"sv": ("är nu kopplad", "redan klar"), "en": ("is now linked", "is there already")}


async def end(world: World, link: dict[str, Any]) -> None:
    answer = await world.http.post(f"/v1/links/{link['id']}/end", headers=world.agent(), json={})
    assert answer.status_code == 200


async def read(world: World, token: str, lang: str = "sv") -> str:
    answer = await world.page(token, HTML, lang=lang)
    assert answer.status_code == 200
    return Elements(answer.text).text


async def accepted(world: World) -> dict[str, str]:
    tokens = await world.mailed(await world.asked())
    await world.accept(tokens["eva"])
    return tokens


@pytest.mark.parametrize("who", ["eva", "fia"])
async def test_an_accepted_request_says_that_its_link_has_ended(world: World, who: str) -> None:
    tokens = await accepted(world)
    assert SAYS["sv"] not in await read(world, tokens[who])
    [link] = (await world.get("/v1/links"))["items"]
    await end(world, link)
    for lang, said in SAYS.items():
        page = await read(world, tokens[who], lang)
        assert said in page
        assert not any(held in page for held in HELD[lang])
        assert EVA.name in page
        assert NORD.name in page


async def test_who_accepts_again_after_the_end_is_not_told_that_it_holds(world: World) -> None:
    tokens = await accepted(world)
    [link] = (await world.get("/v1/links"))["items"]
    await end(world, link)
    again = await world.http.post(
        f"/l/{tokens['eva']}/accept", data={"confirm": "on"}, headers=HTML, follow_redirects=True
    )
    assert (again.status_code, SAYS["sv"] in Elements(again.text).text) == (200, True)


@pytest.mark.parametrize("who", ["eva", "fia"])
async def test_an_answer_after_the_end_offers_no_end(world: World, who: str) -> None:
    tokens = await accepted(world)
    [link] = (await world.get("/v1/links"))["items"]
    await end(world, link)
    late = await world.http.post(f"/l/{tokens[who]}/decline", data={"message": "Nej"}, headers=HTML)
    page = Elements(late.text).text
    assert (late.status_code, "Kopplingen avslutades sedan" in page) == (409, True)
    assert "Vill du ta bort åtkomsten" not in page
    assert "Det svaret gäller" not in page


async def test_who_is_no_admin_any_more_is_offered_no_end(world: World) -> None:  # R34
    tokens = await accepted(world)
    await world.directory(client("100001", "Nordkust Åkeri AB", EVA))
    late = await world.http.post(f"/l/{tokens['fia']}/decline", headers=HTML)
    assert (late.status_code, "Vill du ta bort åtkomsten" in late.text) == (409, False)


async def test_a_paper_forms_link_that_ended_is_told_of_too(world: World) -> None:  # D11
    tokens = await world.mailed(await world.asked())
    link = (await register(world)).json()
    assert "Kopplingen är redan klar" in await read(world, tokens["eva"])
    await end(world, link)
    for lang, said in SAYS.items():
        page = await read(world, tokens["eva"], lang)
        assert said in page
        assert not any(held in page for held in HELD[lang])
    # A later link is another one, and she is told that it gives access.
    assert (await register(world, reference="ARK-2")).status_code == 201
    for lang, said in SAYS.items():
        page = await read(world, tokens["eva"], lang)
        assert said in page
        assert AGAIN[lang] in page
        assert NEEDED[lang] not in page


async def test_an_accepted_request_knows_that_the_bureau_is_linked_again(world: World) -> None:
    tokens = await accepted(world)
    [link] = (await world.get("/v1/links"))["items"]
    await end(world, link)
    for lang, said in NEEDED.items():
        assert said in await read(world, tokens["eva"], lang)
    assert (await register(world)).status_code == 201
    for lang, said in AGAIN.items():
        page = await read(world, tokens["eva"], lang)
        assert said in page
        assert NEEDED[lang] not in page
    # What the client does now is no business of who is no admin of it any more.
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    assert AGAIN["sv"] not in await read(world, tokens["eva"], "sv")
