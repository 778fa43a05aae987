"""Sign-in for development, sessions, and forms that come from elsewhere or too late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from koppla.profile import secrets_of
from portal.forms import is_foreign
from portal.sealing import Keys
from portal.session import Session, new_csrf
from portal.tests.browser import Browser
from portal.tests.people import (
    ADMIN,
    CONSULTANT,
    EXCLUDED,
    MULTI_COMPANY,
    OTHER_ADMIN,
    SUPPORT,
)
from tests.support.platform import Platform

FIND = "/klienthanteraren/koppla-klient"


async def test_one_can_be_anybody_who_matters(browser: Browser) -> None:
    page = await browser.open("/")
    assert browser.status == 200
    everybody = {button.words for form in page.forms for button in form.buttons}
    assert {ADMIN, CONSULTANT, OTHER_ADMIN, EXCLUDED, MULTI_COMPANY, SUPPORT} <= everybody
    page = await browser.press(CONSULTANT)
    assert browser.path == "/klienthanteraren"
    assert "Bo Konsult , Norrbyrån AB" in page.words
    assert "Inkorg: alla mejl som skickats" in [one.words for one in page.links]


async def test_signing_out_ends_it(browser: Browser) -> None:
    await browser.be(ADMIN)
    page = await browser.press("Logga ut")
    assert "Du är utloggad." in page.words
    await browser.open("/forfragningar")
    assert browser.path == "/logga-in"


async def test_after_signing_in_one_is_where_one_wanted_to_be(browser: Browser) -> None:
    page = await browser.open("/forfragningar?status=pending")
    assert browser.path == "/logga-in"
    assert "Logga in för att fortsätta" in page.words
    await browser.press(ADMIN)
    assert browser.answer is not None
    assert browser.answer.url.raw_path == b"/forfragningar?status=pending"


@pytest.mark.parametrize(
    "till",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/x"],
)
async def test_signing_in_leads_to_no_other_site(browser: Browser, till: str) -> None:
    await browser.http.get("/logga-in", params={"till": till})
    answer = await browser.post("/logga-in/demo", [("sub", "p-1-admin"), ("till", till)])
    assert answer.status_code == 303
    assert answer.headers["location"] == "/klienthanteraren"


async def test_somebody_who_is_not_on_the_list_is_nobody(browser: Browser) -> None:
    answer = await browser.post("/logga-in/demo", [("sub", "root"), ("till", "/")])
    assert answer.headers["location"] == "/logga-in"
    assert "set-cookie" not in answer.headers


async def test_the_cookie_can_t_be_read_or_made(browser: Browser, platform: Platform) -> None:
    answer = await browser.post("/logga-in/demo", [("sub", "p-1-admin"), ("till", "/")])
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert len(cookie) < 4096
    value = browser.http.cookies["koppla"]
    assert "p-1-admin" not in value
    for forged in (value[:-4] + "AAAA", value[:40], "", "x" * 5000, "å", '{"sub":"root"}'):
        other = Browser(platform.url)
        async with other:
            other.http.headers["cookie"] = f"koppla={forged}".encode().decode("latin-1")
            await other.open("/forfragningar")
            assert other.path == "/logga-in"


def sealed(platform: Platform, **about: Any) -> str:
    """A session's cookie as the portal would seal it."""
    token = platform.issuer.token("p-1-admin", ["bureau_admin"], bureau_id="p-1")
    given: dict[str, Any] = {
        "token": token,
        "sub": "p-1-admin",
        "name": "Ada",
        "roles": ("bureau_admin",),
        "bureau_id": "p-1",
        "csrf": new_csrf("p-1-admin"),
        "ends_at": datetime.now(UTC) + timedelta(hours=1),
        "token_ends_at": datetime.now(UTC) + timedelta(hours=1),
        **about,
    }
    keys = Keys.parse(secrets_of(platform.data)["portal_keys"])
    session = Session.model_validate(given).model_dump(mode="json")
    return f"1.{keys.seal('session').close(session)}"


async def test_a_session_whose_time_is_over_is_none(browser: Browser, platform: Platform) -> None:
    browser.hold("koppla", sealed(platform))
    await browser.open("/forfragningar")
    assert browser.path == "/forfragningar"
    over = datetime.now(UTC) - timedelta(seconds=1)
    browser.hold("koppla", sealed(platform, ends_at=over))
    await browser.open("/forfragningar")
    assert browser.path == "/logga-in"


async def test_a_token_that_the_services_refuse_means_to_sign_in_again(
    browser: Browser, platform: Platform
) -> None:
    browser.hold("koppla", sealed(platform, token="not.a.token"))
    await browser.open("/forfragningar?status=pending")
    assert browser.path == "/logga-in"
    await browser.press(ADMIN)
    assert browser.path == "/forfragningar"


async def test_what_was_typed_is_there_after_signing_in_again(
    browser: Browser, platform: Platform
) -> None:
    await browser.be(ADMIN)
    await browser.open(FIND)
    await browser.press("Sök", kind="tenant_id", identifier="1010")
    form = browser.page.form("Skicka förfrågan")
    browser.http.cookies.clear()
    page = await browser.press("Skicka förfrågan", form, message="Långt och omsorgsfullt skrivet")
    assert browser.path == "/logga-in"
    page = await browser.press(ADMIN)
    assert browser.path == FIND
    kept = page.form("Skicka förfrågan")
    assert kept.value("message") == "Långt och omsorgsfullt skrivet"
    assert kept.value("key") == form.value("key")
    await browser.press("Skicka förfrågan")
    assert browser.path.startswith("/forfragningar/")
    await browser.open(FIND)
    assert "omsorgsfullt" not in browser.page.html


async def test_what_one_typed_is_not_shown_to_the_next_at_the_same_browser(
    browser: Browser,
) -> None:
    await browser.be(ADMIN)
    await browser.open(FIND)
    form = browser.page.form("Sök")
    browser.http.cookies.clear()
    await browser.press("Sök", form, kind="tenant_id", identifier="1010")
    page = await browser.press(OTHER_ADMIN)
    assert browser.path == FIND
    assert page.form("Sök").value("identifier") == ""


async def test_a_page_of_whoever_was_signed_in_before_is_not_taken_from_the_next(
    browser: Browser,
) -> None:
    await browser.be(ADMIN)
    form = (await browser.open(FIND)).form("Sök")
    await browser.press("Logga ut")
    await browser.be(OTHER_ADMIN)
    page = await browser.press("Sök", form, kind="tenant_id", identifier="1010")
    assert browser.status == 403
    assert "Det du skickade togs inte emot" in page.words


async def test_a_search_that_was_typed_is_there_after_signing_in_again(browser: Browser) -> None:
    await browser.be(ADMIN)
    await browser.open(FIND)
    form = browser.page.form("Sök")
    browser.http.cookies.clear()
    await browser.press("Sök", form, kind="tenant_id", identifier="1010")
    page = await browser.press(ADMIN)
    assert page.form("Sök").value("identifier") == "1010"
    assert page.form("Sök").value("kind") == "tenant_id"


async def test_a_page_from_before_signing_in_anew_is_shown_again_to_be_sent(
    browser: Browser,
) -> None:
    await browser.be(OTHER_ADMIN)
    await browser.open(FIND)
    form = browser.page.form("Sök")
    await browser.press("Logga ut")
    await browser.be(OTHER_ADMIN)
    page = await browser.press("Sök", form, kind="tenant_id", identifier="1010")
    assert "Det du skrev finns kvar" in page.words
    assert page.form("Sök").value("identifier") == "1010"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "", "origin": "null"},
    ],
)
async def test_a_form_of_another_site_is_refused_even_with_our_guard(
    browser: Browser, headers: dict[str, str]
) -> None:
    await browser.be(ADMIN)
    form = (await browser.open(FIND)).form("Sök")
    fields = [*form.fields, ("kind", "tenant_id"), ("identifier", "1010")]
    answer = await browser.post(form.action, fields, **headers)
    assert answer.status_code == 403
    assert "Det du skickade togs inte emot" in answer.text


@pytest.mark.parametrize("guard", ["", "x", "å" * 40, None])
async def test_a_form_without_our_guard_is_refused(browser: Browser, guard: str | None) -> None:
    await browser.be(ADMIN)
    form = (await browser.open(FIND)).form("Sök")
    fields = [(name, value) for name, value in form.fields if name != "csrf"]
    fields += [] if guard is None else [("csrf", guard)]
    answer = await browser.post(form.action, fields, **{"sec-fetch-site": "none"})
    assert answer.status_code == 403
    answer = await browser.post("/logga-ut", [], **{"sec-fetch-site": "none"})
    assert answer.status_code == 403


def test_a_browser_that_says_nothing_is_not_foreign() -> None:
    from starlette.requests import Request

    def request(**headers: str) -> Request:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        return Request({"type": "http", "headers": raw})

    public = "https://koppla.example"
    assert not is_foreign(request(), public)
    assert not is_foreign(request(origin=public), public)
    assert not is_foreign(request(origin="http://inside:8000", host="inside:8000"), public)
    assert is_foreign(request(origin="https://koppla.example.evil.example"), public)


def test_keys_rotate() -> None:
    old, new = "k1:" + "QQ" * 24, "k2:" + "Qg" * 24
    kept = Keys.parse(old).seal("session").close({"a": "å"})
    long = timedelta(hours=1)
    assert Keys.parse(f"{new},{old}").seal("session").open(kept, long) == {"a": "å"}
    assert Keys.parse(new).seal("session").open(kept, long) is None
    assert Keys.parse(old).seal("draft").open(kept, long) is None
    fresh = Keys.parse(f"{new},{old}").seal("session").close(1)
    assert Keys.parse(new).seal("session").open(fresh, long) == 1


@pytest.mark.parametrize("setting", ["", "k1", "k1:", "k1:c2hvcnQ=", ":" + "QQ" * 24, "k1:*"])
def test_a_key_that_is_none_is_refused_by_its_place(setting: str) -> None:
    with pytest.raises(ValueError, match="key 1 must be"):
        Keys.parse(setting)
