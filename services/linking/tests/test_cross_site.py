"""A POST below /l/ that another site's page has made a browser send: it decides nothing."""

import pytest

from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import HTML, JSON, World

CROSS = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
SENT = {
    "accept": {"confirm": "on"},
    "decline": {"message": "Ring 070-000 00 00"},
    "end": {"confirm": "on", "reason": "Ring 070-000 00 00"},
}


@pytest.mark.parametrize("act", SENT)
async def test_another_sites_form_changes_nothing(world: World, act: str) -> None:  # D10
    if act == "end":
        token = world.manage((await world.linked())["id"])
    else:
        token = (await world.mailed(await world.asked()))["eva"]
    before = (await world.page(token)).json()["status"]
    for lang, said in (("sv", "Svaret togs inte emot"), ("en", "The answer was not taken")):
        answer = await world.http.post(
            f"/l/{token}/{act}?lang={lang}", data=SENT[act], headers={**HTML, **CROSS}
        )
        page = Elements(answer.text)
        assert (answer.status_code, said in page.text) == (403, True)
        # Its words are not ours to show.
        assert "070" not in page.text
        assert page.ways[-1] == f"/l/{token}?lang={lang}"
    program = await world.http.post(f"/l/{token}/{act}", headers={**JSON, **CROSS})
    assert (program.status_code, program.json()["code"]) == (403, "FORBIDDEN")
    assert (await world.page(token)).json()["status"] == before


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
async def test_our_own_form_is_taken_whatever_browser_shows_it(
    world: World, site: str | None
) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    # The page's policy leaves a form no origin to tell.
    own = {"origin": "null", **({} if site is None else {"sec-fetch-site": site})}
    answer = await world.http.post(
        f"/l/{token}/accept", data=SENT["accept"], headers={**HTML, **own}
    )
    assert answer.status_code == 303


async def test_a_link_that_is_followed_from_a_mail_on_the_web_opens(world: World) -> None:  # R28
    token = (await world.mailed(await world.asked()))["eva"]
    assert (await world.page(token, {**HTML, **CROSS})).status_code == 200
