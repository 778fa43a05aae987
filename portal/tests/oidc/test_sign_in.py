"""Sign-in by OpenID Connect, at an issuer whose tokens the services accept."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from koppla.waiting import until
from portal.tests.at_issuer import at_issuer, come_back, in_seconds, sign_in
from portal.tests.browser import Browser
from portal.tests.issuer import Issuer
from tests.support.platform import Platform


async def test_signing_in_at_the_issuer_leads_to_where_one_wanted_to_be(
    browser: Browser, played: Issuer
) -> None:
    page = await browser.open("/forfragningar?status=pending")
    assert "För utveckling" in page.words
    assert not page.forms
    assert "/logga-in/start?till=" in page.link("Logga in").href
    page = await browser.follow("Logga in")
    assert browser.answer is not None
    assert browser.answer.url.raw_path == b"/forfragningar?status=pending"
    assert "Ada Byråsson , p-1" in page.words

    async def taken() -> bool:
        await browser.open("/klienthanteraren")
        return browser.status == 200

    # The gateway takes the token, too, once the directory has reached every service.
    await until(taken, 120, what="the issuer's user to be let in")
    assert played.asked[-1]["code_challenge_method"] == "S256"
    assert not [name for name in browser.http.cookies if name.startswith("koppla_sign_in_")]


async def test_nothing_for_development_is_there(browser: Browser, played: Issuer) -> None:
    for path in ("/demo/platform", "/inbox"):
        await browser.open(path)
        assert browser.status == 404


async def test_nobody_is_chosen_for_development_where_there_is_an_issuer(browser: Browser) -> None:
    answer = await browser.post("/logga-in/demo", [("sub", "p-1-admin"), ("till", "/")])
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    page = await browser.open("/logga-in")
    assert "Ada" not in page.words


async def test_two_tabs_sign_in_at_once(browser: Browser, played: Issuer) -> None:
    starts = [await browser.http.get(f"/logga-in/start?till=/{one}") for one in ("a", "b")]
    backs = [await at_issuer(one.headers["location"]) for one in starts]
    for back, path in zip(reversed(backs), ("/b", "/a"), strict=True):
        answer = await browser.http.get(back)
        assert answer.headers["location"] == path


async def test_a_code_works_once_and_in_the_browser_that_began(
    browser: Browser, played: Issuer, run: tuple[Platform, Issuer]
) -> None:
    start = await browser.http.get("/logga-in/start")
    back = await at_issuer(start.headers["location"])
    async with Browser(run[0].url) as other:
        page = await other.open(back)
        assert other.status == 400
        assert "Inloggningen tog för lång tid" in page.headings
    assert (await browser.http.get(back)).status_code == 303
    await browser.open(back)
    assert browser.status == 400


async def test_another_state_is_none_of_ours(browser: Browser, played: Issuer) -> None:
    start = await browser.http.get("/logga-in/start")
    back = await at_issuer(start.headers["location"])
    state = parse_qs(urlsplit(back).query)["state"][0]
    await browser.open(back.replace(state, state[:12] + "x" * 20))
    assert browser.status == 400


@pytest.mark.parametrize(
    ("id_token", "access_token"),
    [
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"aud": "somebody-else"}, {}),
        ({"iss": "https://evil.example"}, {}),
        ({"exp": 1}, {}),
        ({"sub": "p-2-admin"}, {}),
        ({"at_hash": "made-up"}, {}),
        ({}, {"sub": 7}),
        ({}, {"exp": "soon"}),
        ({}, {"exp": 10**18}),
        ({}, {"roles": "bureau_admin"}),
    ],
)
async def test_tokens_that_must_not_be_believed_sign_nobody_in(
    browser: Browser, played: Issuer, id_token: dict[str, Any], access_token: dict[str, Any]
) -> None:
    played.id_token, played.access_token = id_token, access_token
    await _refused(browser, played)


async def test_a_token_of_another_key_signs_nobody_in(browser: Browser, played: Issuer) -> None:
    played.forged = True
    await _refused(browser, played)


async def _refused(browser: Browser, played: Issuer) -> None:
    page = await sign_in(browser)
    assert browser.status == 403
    assert "Inloggningen gick inte igenom" in page.headings
    assert "koppla" not in browser.http.cookies


ODD = [
    {"kty": "OKP", "crv": "Ed9999", "x": "AAAA", "kid": "new"},
    {"kty": "XX"},
    {"kty": ["RSA"]},
    "key",
    None,
]


async def test_keys_of_a_kind_that_is_not_known_are_left_aside(
    browser: Browser, played: Issuer
) -> None:
    played.jwks = {"keys": [*ODD, *played.keys()["keys"]]}
    assert "Ada Byråsson" in (await sign_in(browser)).words


@pytest.mark.parametrize("jwks", [{"keys": ODD}, {"keys": []}, {"keys": 7}, {"error": "x"}])
async def test_an_issuer_without_a_usable_key_signs_nobody_in_and_disturbs_no_page(
    browser: Browser, played: Issuer, jwks: dict[str, Any]
) -> None:
    played.access_token = {"exp": in_seconds(50)}
    await come_back(browser)
    played.jwks, played.access_token = jwks, {}
    page = await browser.open("/klienthanteraren")
    assert (browser.status, browser.path) == (200, "/klienthanteraren")
    assert "Ada Byråsson" in page.words
    assert played.renewed == 1
    page = await sign_in(browser)
    assert browser.status == 503
    assert "Det går inte att logga in just nu" in page.headings


async def test_an_issuer_that_refuses_without_naming_the_attempt_is_said_to_refuse(
    browser: Browser,
) -> None:
    page = await browser.open("/logga-in/klar?error=server_error")
    assert browser.status == 403
    assert "Inloggningen avbröts" in page.headings


async def test_who_does_not_consent_is_told_so(browser: Browser, played: Issuer) -> None:
    played.deny = True
    page = await sign_in(browser)
    assert browser.status == 403
    assert "Inloggningen avbröts" in page.headings


async def test_a_sign_in_that_the_services_refuse_is_said_to_be_refused(
    browser: Browser, played: Issuer, run: tuple[Platform, Issuer]
) -> None:
    played.access_token = {"aud": "somebody-else"}

    async def refused() -> bool:
        """Once the services have the issuer's keys; until then a part is away."""
        await sign_in(browser)
        return browser.status == 403

    await until(refused, 60, what="the services to refuse her token")
    page = browser.page
    assert "Inloggningen godtas inte här" in page.headings
    assert page.link("Försök igen").href == "/klienthanteraren"
    # She can end it at the issuer, too, and be somebody else there.
    answer = await browser.post("/logga-ut", page.form("Logga ut").fields)
    assert answer.headers["location"].startswith(played.url)


async def test_a_person_without_a_bureau_is_told_so(browser: Browser, played: Issuer) -> None:
    played.person = {"sub": "p-9", "name": "Gun", "roles": []}
    page = await sign_in(browser)
    assert browser.path == "/ingen-sida"
    assert "Du har ingen sida här" in page.headings


async def test_a_long_token_is_kept_in_several_cookies(browser: Browser, played: Issuer) -> None:
    played.access_token = {"groups": ["x" * 3000]}
    page = await sign_in(browser)
    assert "Ada Byråsson" in page.words
    assert {"koppla", "koppla-1"} <= set(browser.http.cookies)
    # A shorter session after a longer one is not put together with what that left behind.
    played.access_token = {}
    page = await sign_in(browser)
    assert "Ada Byråsson" in page.words


async def test_a_token_too_long_for_all_cookies_is_said_so(
    browser: Browser, played: Issuer
) -> None:
    played.access_token = {"groups": ["x" * 12_000]}
    await sign_in(browser)
    assert browser.status == 403
    assert "Inloggningen får inte plats" in browser.page.headings
    assert "koppla" not in browser.http.cookies
