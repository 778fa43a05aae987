"""Who is signed in at an issuer stays so while she works, until she signs out."""

import asyncio
import re
import time
from urllib.parse import urlsplit

import httpx

from koppla.waiting import until
from portal.tests.at_issuer import at_issuer, come_back, in_seconds, sign_in
from portal.tests.browser import Browser
from portal.tests.issuer import CLIENT, Issuer
from portal.tests.oidc.conftest import ADA
from tests.support.platform import Platform


async def test_a_token_is_renewed_before_it_ends(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": in_seconds(30)}
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
    played.access_token = {"exp": in_seconds(3)}
    await come_back(browser)
    form = (await browser.open("/ingen-sida")).form("Logga ut")
    await until(lambda: time.time() > played.access_token["exp"], 30, what="the token's end")
    played.access_token = {}
    await browser.press("Logga ut", form)
    assert "Du är utloggad" in browser.page.words
    assert not [name for name in browser.http.cookies if name.startswith("koppla-")]
    assert "koppla" not in browser.http.cookies


async def test_pages_that_are_opened_at_once_renew_once(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": in_seconds(30)}
    await come_back(browser)
    held = browser.http.cookies["koppla"]
    played.access_token = {}
    answers = await asyncio.gather(
        *(browser.http.get("/ingen-sida", headers={"cookie": f"koppla={held}"}) for _ in range(5))
    )
    assert not [one for one in answers if "/logga-in" in one.headers["location"]]
    assert played.renewed == 1


async def test_roles_are_those_of_the_new_token(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": in_seconds(30)}
    await come_back(browser)
    played.access_token = {"roles": []}
    page = await browser.open("/")
    assert browser.path == "/ingen-sida"
    assert "Ada Byråsson" in page.words


async def test_where_the_issuer_says_no_one_works_on_until_the_end(
    browser: Browser, played: Issuer
) -> None:
    played.access_token = {"exp": in_seconds(5)}
    await come_back(browser)
    played.ended = True
    page = await browser.open("/ingen-sida")
    assert "Ada Byråsson" in page.words
    await until(lambda: time.time() > played.access_token["exp"], 30, what="the token's end")
    await browser.open("/forfragningar?status=pending")
    assert browser.path == "/logga-in"
    assert "till=/forfragningar%3Fstatus%3Dpending" in browser.page.link("Logga in").href


async def test_a_new_token_of_somebody_else_is_not_taken(browser: Browser, played: Issuer) -> None:
    played.access_token = {"exp": in_seconds(30)}
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
    played.access_token = {"exp": in_seconds(55)}
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
    played.access_token = {"exp": in_seconds(30)}
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
    played.access_token = {"exp": in_seconds(30)}
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
    played.access_token = {"exp": in_seconds(3)}
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
