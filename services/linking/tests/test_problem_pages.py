"""Refusals that no page of ours made, as somebody with a browser meets them."""

import pytest

from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import HTML, World

LANGUAGES = [("sv", "Här finns ingen sida"), ("en", "There is no page here")]


@pytest.mark.parametrize(("lang", "title"), LANGUAGES)
@pytest.mark.parametrize("act", ["accept", "decline", "end"])
async def test_who_comes_to_where_answers_go_is_shown_the_way_to_the_page(
    world: World, act: str, lang: str, title: str
) -> None:  # R31, R47
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.get(f"/l/{token}/{act}?lang={lang}", headers=HTML)
    page = Elements(answer.text)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == lang
    assert (title in page.text, page.ways) == (True, [f"/l/{token}?lang={lang}"])
    assert (await world.page(token)).json()["status"] == "pending"


async def test_a_body_that_is_too_large_has_a_page_and_a_way_back(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(
        f"/l/{token}/decline", data={"message": "x" * 1_000_000}, headers=HTML
    )
    page = Elements(answer.text)
    assert (answer.status_code, "Det gick inte" in page.text) == (413, True)
    assert page.ways == [f"/l/{token}?lang=sv"]


async def test_what_breaks_on_our_side_has_a_page_for_browsers(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    await world.running.rows("ALTER TABLE recipients RENAME TO away")
    try:
        answer = await world.page(token, HTML)
        program = await world.page(token)
    finally:
        await world.running.rows("ALTER TABLE away RENAME TO recipients")
    page = Elements(answer.text)
    assert (answer.status_code, program.status_code) == (500, 500)
    assert program.json()["code"] == "INTERNAL_ERROR"
    assert "Det fungerar inte just nu" in page.text
    assert page.ways == ["?lang=sv", "?lang=en", f"/l/{token}?lang=sv"]
    assert answer.headers["cache-control"] == "no-store"
    assert (await world.page(token, HTML)).status_code == 200


async def test_a_page_about_a_made_up_address_can_be_had_in_both_languages(world: World) -> None:
    page = Elements((await world.page("forged", HTML)).text)
    assert page.ways == ["?lang=sv", "?lang=en"]
