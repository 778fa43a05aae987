"""Sign-in by OpenID Connect, at an issuer whose tokens the services accept."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from koppla.embedded.ports import free_port
from koppla.waiting import until
from portal.tests.at_issuer import at_issuer, come_back, sign_in
from portal.tests.browser import Browser
from portal.tests.conftest import bring_in
from portal.tests.issuer import AUDIENCE, CLIENT, SECRET, Issuer, issuer
from portal.tests.people import BUREAUS, CLIENTS
from tests.support.platform import Platform

ADA = {
    "sub": "p-1-admin",
    "name": "Ada Byråsson",
    "bureau_id": "p-1",
    "roles": ["bureau_admin"],
}


@pytest.fixture(scope="module")
def patient() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
async def run(
    tmp_path_factory: pytest.TempPathFactory, patient: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Platform, Issuer]]:
    """`koppla up` as its settings name an issuer, and that issuer."""
    folder: Any = tmp_path_factory.mktemp("oidc")
    platform = Platform(folder)
    async with issuer(f"{platform.url}/logga-in/klar") as played:
        for name, value in {
            "ISSUER": played.url,
            "AUDIENCE": AUDIENCE,
            "JWKS_URL": f"{played.url}/jwks",
            "PLATFORM_URL": "https://platform.example",
            "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "PORTAL_OIDC_ISSUER": played.url,
            "PORTAL_OIDC_CLIENT_ID": CLIENT,
            "PORTAL_OIDC_CLIENT_SECRET": SECRET,
        }.items():
            patient.setenv(f"KOPPLA_{name}", value)
        await platform.start()
        await bring_in(platform, "bureaus", BUREAUS)
        await bring_in(platform, "clients", CLIENTS)
        yield platform, played
        assert await platform.stop() == 0


@pytest.fixture
async def played(run: tuple[Platform, Issuer]) -> Issuer:
    _, played = run
    played.person, played.id_token, played.access_token = dict(ADA), {}, {}
    played.jwks = None
    played.answering.set()
    played.forged = played.deny = played.ended = False
    played.renewed = 0
    played.signed_out.clear()
    return played


@pytest.fixture
async def browser(run: tuple[Platform, Issuer]) -> AsyncIterator[Browser]:
    async with Browser(run[0].url) as browser:
        yield browser


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
    played.access_token = {"exp": _in(50)}
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
    page = await sign_in(browser)
    assert browser.status == 403
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


async def test_a_token_is_renewed_before_it_ends(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    before = browser.http.cookies["koppla"]
    assert played.renewed == 0
    played.access_token = {}
    page = await browser.open("/om-mig-finns-inte")
    assert "Ada Byråsson" in page.words
    assert played.renewed == 1
    assert browser.http.cookies["koppla"] != before
    await browser.open("/om-mig-finns-inte")
    assert played.renewed == 1


async def test_what_was_sent_with_an_old_token_is_not_lost(
    browser: Browser, played: Issuer
) -> None:
    """Between looking at a form and sending it, the token ends."""
    played.access_token = {"exp": _in(3)}
    await come_back(browser)
    form = (await browser.open("/ingen-sida")).form("Logga ut")
    await until(lambda: time.time() > played.access_token["exp"], 30, what="the token's end")
    played.access_token = {}
    await browser.press("Logga ut", form)
    assert "Du är utloggad" in browser.page.words
    assert not [name for name in browser.http.cookies if name.startswith("koppla-")]
    assert "koppla" not in browser.http.cookies


async def test_pages_that_are_opened_at_once_renew_once(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    held = browser.http.cookies["koppla"]
    played.access_token = {}
    answers = await asyncio.gather(
        *(browser.http.get("/ingen-sida", headers={"cookie": f"koppla={held}"}) for _ in range(5))
    )
    assert not [one for one in answers if "/logga-in" in one.headers["location"]]
    assert played.renewed == 1


async def test_roles_are_those_of_the_new_token(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    played.access_token = {"roles": []}
    page = await browser.open("/")
    assert browser.path == "/ingen-sida"
    assert "Ada Byråsson" in page.words


async def test_where_the_issuer_says_no_one_works_on_until_the_end(
    browser: Browser, played: Issuer
) -> None:
    played.access_token = {"exp": _in(5)}
    await come_back(browser)
    played.ended = True
    page = await browser.open("/ingen-sida")
    assert "Ada Byråsson" in page.words
    await until(lambda: time.time() > played.access_token["exp"], 30, what="the token's end")
    await browser.open("/forfragningar?status=pending")
    assert browser.path == "/logga-in"
    assert "till=/forfragningar%3Fstatus%3Dpending" in browser.page.link("Logga in").href


async def test_a_new_token_of_somebody_else_is_not_taken(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    played.person = {**ADA, "sub": "p-2-admin", "name": "Bo"}
    played.access_token = {}
    page = await browser.open("/ingen-sida")
    assert played.renewed == 1
    assert "Bo" not in page.words.split()
    assert "Ada Byråsson" in page.words


async def test_signing_out_ends_the_sign_in_at_the_issuer(
    browser: Browser, played: Issuer, run: tuple[Platform, Issuer]
) -> None:
    page = await sign_in(browser)
    form = page.form("Logga ut")
    assert browser.answer is not None
    assert played.url in browser.answer.headers["content-security-policy"]
    answer = await browser.post("/logga-ut", form.fields)
    leads_to = urlsplit(answer.headers["location"])
    assert f"{leads_to.scheme}://{leads_to.netloc}" == played.url
    page = await browser.open(await at_issuer(answer.headers["location"]))
    (asked,) = played.signed_out
    assert asked["client_id"] == CLIENT
    assert asked["post_logout_redirect_uri"] == f"{run[0].url}/"
    assert asked["id_token_hint"].count(".") == 2
    assert "Du är utloggad." in page.words
    assert "koppla" not in browser.http.cookies


async def test_an_issuer_that_hangs_holds_up_no_page_whose_token_is_good(
    browser: Browser, played: Issuer
) -> None:
    played.access_token = {"exp": _in(55)}
    await come_back(browser)
    played.access_token = {}
    before = browser.http.cookies["koppla"]
    played.answering.clear()
    # Both are answered while it hangs.
    for _ in range(2):
        assert "Ada Byråsson" in (await browser.open("/klienthanteraren")).words
        assert played.renewed == 0
    assert browser.http.cookies["koppla"] == before
    played.answering.set()
    await until(lambda: played.renewed == 1, 30, what="the renewal")

    async def renewed() -> bool:
        await browser.open("/klienthanteraren")
        return browser.http.cookies["koppla"] != before

    # What was asked for then is what a later page has.
    await until(renewed, 30, what="the page with the new token")
    assert played.renewed == 1


async def test_an_answer_that_comes_after_signing_out_signs_nobody_in_again(
    browser: Browser, played: Issuer
) -> None:
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    before = {"cookie": f"koppla={browser.http.cookies['koppla']}"}
    played.access_token = {}
    form = (await browser.open("/ingen-sida")).form("Logga ut")
    await browser.post("/logga-ut", form.fields)
    assert "koppla" not in browser.http.cookies
    # Asked for before, answered after.
    async with httpx.AsyncClient(base_url=browser.url, trust_env=False) as late:
        answer = await late.get("/ingen-sida", headers=before)
    browser.hold("koppla", answer.cookies["koppla"])
    await browser.open("/forfragningar")
    assert browser.path == "/logga-in"
    # And she can sign in again.
    assert "Ada Byråsson" in (await sign_in(browser)).words
    assert "Ada Byråsson" in (await browser.open("/ingen-sida")).words


async def test_a_file_that_caches_keep_brings_nobody_s_session(
    browser: Browser, played: Issuer
) -> None:
    [sheet] = re.findall(r'/static/portal/[^"]+\.css', (await browser.open("/logga-in")).html)
    played.access_token = {"exp": _in(30)}
    await come_back(browser)
    played.access_token = {}
    for path in (sheet, "/healthz", "/readyz", "/metrics"):
        answer = await browser.http.get(path)
        assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert "immutable" in (await browser.http.get(sheet)).headers["cache-control"]
    assert played.renewed == 0
    # A page that brings it is kept by no cache.
    answer = await browser.http.get("/blanketter-finns-inte")
    assert "koppla" in answer.cookies
    assert answer.headers["cache-control"] == "no-store"


async def test_what_a_page_asks_for_by_itself_renews_nothing(
    browser: Browser, played: Issuer
) -> None:
    standing = "/forfragningar/01890000-0000-7000-8000-000000000000/lage"
    played.access_token = {"exp": _in(3)}
    await come_back(browser)
    assert "set-cookie" not in (await browser.http.get(standing)).headers
    await until(lambda: time.time() > played.access_token["exp"], 30, what="the token's end")
    answer = await browser.http.get(standing)
    assert answer.headers["location"].startswith("/logga-in")
    assert (played.renewed, "set-cookie" in answer.headers) == (0, False)
    played.access_token = {}
    await browser.open("/ingen-sida")
    assert played.renewed == 1
    assert (await browser.http.get(standing)).status_code == 404


def _in(seconds: int) -> int:
    return int(time.time()) + seconds
