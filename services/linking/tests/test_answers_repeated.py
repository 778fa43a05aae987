"""The same answer again: the first stands, and new words are told not to have been sent."""

import pytest

from services.linking.tests.test_ending import end
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import HTML, JSON, World

NEW = "Vi har redan en byrå,\nring inte"
UNSENT = {"sv": "Ditt meddelande skickades inte", "en": "Your message was not sent"}


async def post(world: World, path: str, lang: str = "sv", **fields: str) -> tuple[int, Elements]:
    answer = await world.http.post(f"/l/{path}?lang={lang}", data=fields, headers=HTML)
    return answer.status_code, Elements(answer.text)


@pytest.mark.parametrize("first", ["", "Nej tack"])
async def test_declining_again_with_other_words_says_that_they_were_not_sent(
    world: World, first: str
) -> None:  # D1
    made = await world.asked()
    token = (await world.mailed(made))["eva"]
    assert (await post(world, f"{token}/decline", message=first))[0] == 303
    for lang, said in UNSENT.items():
        status, page = await post(world, f"{token}/decline", lang, message=NEW)
        assert status == 200
        assert said in page.text
        assert "Vi har redan en byrå, ring inte" in page.text
    # A text that no page takes was not sent either.
    status, page = await post(world, f"{token}/decline", message="se www.byte.example")
    assert (status, UNSENT["sv"] in page.text, "togs inte emot" in page.text) == (422, True, False)
    assert "se www.byte.example" in page.text
    line = (await world.get(f"/v1/link-requests/{made['id']}/events"))["items"]
    assert [(one["type"], one["text"]) for one in line if one["type"] == "declined"] == [
        ("declined", first or None)
    ]


async def test_declining_again_without_new_words_leads_back_to_the_page(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    for message in ("Nej tack", "Nej tack\r\n", ""):
        assert (await post(world, f"{token}/decline", message=message))[0] == 303
    program = await world.http.post(f"/l/{token}/decline", json={"message": NEW}, headers=JSON)
    assert (program.status_code, program.json()["status"]) == (200, "declined")


async def test_who_declined_sees_her_own_message_and_nobody_else_does(world: World) -> None:
    tokens = await world.mailed(await world.asked())
    await world.decline(tokens["eva"], "Vi har redan en byrå")
    for user_id, seen in (("eva", True), ("fia", False)):
        page = Elements((await world.page(tokens[user_id], HTML)).text)
        assert ("Vi har redan en byrå" in page.text) == seen
        assert ("Ditt meddelande till byrån" in page.text) == seen


@pytest.mark.parametrize("who", ["herself", "the bureau"])
async def test_ending_again_with_other_words_says_that_they_were_not_sent(
    world: World, who: str
) -> None:  # D8
    link = await world.linked()
    token = world.manage(link["id"])
    if who == "herself":
        assert (await post(world, f"{token}/end", confirm="on", reason="Vi byter"))[0] == 303
        assert (await post(world, f"{token}/end", confirm="on", reason="Vi byter"))[0] == 303
    else:
        assert (await end(world, link, world.user())).status_code == 200
    assert (await post(world, f"{token}/end", confirm="on"))[0] == 303
    for fields, expected in (
        ({"confirm": "on", "reason": NEW}, 200),
        ({"confirm": "on", "reason": f"{NEW} www.byte.example"}, 422),
    ):
        for lang, said in UNSENT.items():
            status, page = await post(world, f"{token}/end", lang, **fields)
            assert (status, said in page.text) == (expected, True)
            assert "Vi har redan en byrå, ring inte" in page.text
    sent = {"confirm": True, "reason": NEW}
    program = await world.http.post(f"/l/{token}/end", json=sent, headers=JSON)
    assert (program.status_code, program.json()["status"]) == (200, "ended")
