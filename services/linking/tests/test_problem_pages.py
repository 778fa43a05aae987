"""Refusals that no page of ours made, as somebody with a browser meets them."""

import pytest

from services.linking.tests.limited import limited
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import HTML, JSON, World

ACTS = pytest.mark.parametrize("act", ["accept", "decline", "end"])


@ACTS
@pytest.mark.parametrize("lang", ["", "?lang=sv", "?lang=en"])
async def test_who_comes_to_where_answers_go_is_led_to_the_page(
    world: World, act: str, lang: str
) -> None:  # R31, R47
    token = (await world.mailed(await world.asked()))["eva"]
    for method in ("GET", "HEAD"):
        answer = await world.http.request(method, f"/l/{token}/{act}{lang}", headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{token}{lang}")
        assert "content-type" not in answer.headers
    assert (await world.page(token)).json()["status"] == "pending"


@ACTS
async def test_a_program_that_looks_where_answers_go_is_refused(world: World, act: str) -> None:
    answer = await world.http.get(f"/l/x/{act}", headers=JSON)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("sign", [".", ">", ")", "/", "%20", "%20).", "%22", ",", "%3E.", "%C2%BB"])
async def test_a_link_with_signs_that_a_mail_program_added_leads_to_its_page(
    world: World, sign: str
) -> None:  # R28
    token = (await world.mailed(await world.asked()))["eva"]
    for address in (f"/l/{token}{sign}", f"/l/%3C{token}{sign}"):
        answer = await world.http.get(f"{address}?lang=en", headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{token}?lang=en")
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await world.http.get(f"/l/{token}{sign}", headers=JSON)).status_code == 404


async def test_no_address_leads_anywhere_but_to_a_link_s_page(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    for path in (f"/l/{token}x", f"/l/{token[:-1]}.", "/l/x/accept/y", f"/l/a.b/{token}", "/l/."):
        answer = await world.http.get(path, headers=HTML)
        assert (answer.status_code, "location" in answer.headers) == (404, False), path


@pytest.mark.parametrize("path", ["/l", "/l/"])
async def test_an_address_that_lost_its_token_has_a_page(world: World, path: str) -> None:
    for lang, said in (("sv", "Länken fungerar inte"), ("en", "This link does not work")):
        answer = await world.http.get(f"{path}?lang={lang}", headers=HTML)
        page = Elements(answer.text)
        assert (answer.status_code, said in page.text) == (404, True)
        assert page.ways == ["?lang=sv", "?lang=en"]
        assert answer.headers["x-robots-tag"].startswith("noindex")
    assert (await world.http.get(path, headers=JSON)).json()["code"] == "NOT_FOUND"


async def test_a_body_that_is_too_large_has_a_page_and_a_way_back(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    answer = await world.http.post(
        f"/l/{token}/decline", data={"message": "x" * 1_000_000}, headers=HTML
    )
    page = Elements(answer.text)
    assert (answer.status_code, "Det gick inte" in page.text) == (413, True)
    way = f"/l/{token}?lang=sv"
    assert page.ways == [way, f"/l/{token}?lang=en", way]


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


async def test_a_page_names_whom_to_ask_where_that_is_told(world: World) -> None:
    asked = await world.asked()
    tokens = await world.mailed(asked)
    async with limited(world, support_email="kundtjanst@koppla.example") as told:
        for path in (f"/l/{tokens['eva']}", "/l/forged"):
            page = Elements((await told.http.get(path, headers=HTML)).text)
            assert "mailto:kundtjanst@koppla.example" in page.ways
            assert "Frågor? Skriv till kundtjänst:" in page.text
    assert "kundtjänst:" not in (await world.page(tokens["eva"], HTML)).text
