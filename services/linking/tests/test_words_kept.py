"""What was typed into a form is on the page that says what went wrong, whatever that was."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.linking.tests.limited import limited
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import FIA, HTML, World, client

TYPED = "Vi har redan en byrå <b>åäö</b>,\nhälsa Åsa \x07"
SHOWN = "Vi har redan en byrå <b>åäö</b>, hälsa Åsa"


@asynccontextmanager
async def broken(world: World, table: str) -> AsyncIterator[None]:
    await world.running.rows(f"ALTER TABLE {table} RENAME TO away")
    try:
        yield
    finally:
        await world.running.rows(f"ALTER TABLE away RENAME TO {table}")


async def post(world: World, path: str, field: str, lang: str = "sv") -> tuple[int, str]:
    answer = await world.http.post(f"/l/{path}?lang={lang}", data={field: TYPED}, headers=HTML)
    assert "<b>" not in answer.text
    return answer.status_code, Elements(answer.text).text


@pytest.mark.parametrize(
    ("lang", "said"), [("sv", "Det här skrev du"), ("en", "This is what you wrote")]
)
async def test_what_breaks_on_our_side_keeps_the_words(world: World, lang: str, said: str) -> None:
    link = await world.linked("100004")
    token = (await world.mailed(await world.asked()))["eva"]
    async with broken(world, "recipients"):
        status, page = await post(world, f"{token}/decline", "message", lang)
    assert (status, SHOWN in page, said in page) == (500, True, True)
    async with broken(world, "links"):
        status, page = await post(world, f"{world.manage(link['id'])}/end", "reason", lang)
    assert (status, SHOWN in page, said in page) == (500, True, True)


async def test_whose_role_is_gone_gets_the_words_back(world: World) -> None:  # R34
    link = await world.linked()
    await world.directory(client("100001", "Nordkust Åkeri AB", FIA))
    status, page = await post(world, f"{world.manage(link['id'])}/end", "reason")
    assert (status, SHOWN in page) == (403, True)


async def test_too_many_attempts_keep_the_words_that_nobody_had_read(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    async with limited(world, rate_link_pages="1/9999h") as strict:
        await strict.page(token)
        status, page = await post(strict, f"{token}/decline", "message")
        assert (status, SHOWN in page) == (429, True)
        # Far more than a message is not looked at, nor shown.
        data = {"message": "x" * 25_000}
        answer = await strict.http.post(f"/l/{token}/decline", data=data, headers=HTML)
        assert (answer.status_code, "xxxx" in answer.text) == (429, False)


async def test_a_page_that_was_only_looked_at_has_no_words(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    async with broken(world, "recipients"):
        answer = await world.page(token, HTML)
        empty = await world.http.post(f"/l/{token}/decline", headers=HTML)
    for page in (answer, empty):
        assert (page.status_code, "Det här skrev du" in page.text) == (500, False)
