"""Whatever is asked and sent: a page that says so, and never a stack trace."""

import pytest

from portal.tests.browser import Browser
from portal.tests.people import ADMIN

LISTS = ("/klienthanteraren", "/digital-byra", "/klienthanteraren/att-aktivera")
PAGES = ("/", "/klienthanteraren", "/digital-byra/koppla-klient", "/forfragningar")


@pytest.mark.parametrize(
    "path", ["/nothing", "/static/portal/nothing.css", "/logga-in/klar", "/aktiverax"]
)
async def test_an_address_that_nobody_knows_is_a_page(browser: Browser, path: str) -> None:
    page = await browser.open(path)
    assert browser.status == 404
    assert "Sidan finns inte" in page.headings


async def test_an_address_with_a_slash_too_many_leads_to_the_page(browser: Browser) -> None:
    forged = {"host": "elsewhere.example"}
    answer = await browser.http.get("/forfragningar/?status=pending", headers=forged)
    assert answer.status_code == 307
    assert answer.headers["location"] == "/forfragningar?status=pending"
    for path in ("//elsewhere.example/", "//"):
        answer = await browser.http.get(browser.url + path)
        assert answer.status_code == 404
    answer = await browser.http.get("/%5C%C3%A5/")
    assert answer.headers["location"] == "/%5C%C3%A5"


async def test_a_method_that_nobody_knows_is_a_page(browser: Browser) -> None:
    answer = await browser.http.request("DELETE", "/klienthanteraren")
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/klienthanteraren/koppla-klient/skicka", "/klienthanteraren/koppla-klient"),
        ("/digital-byra/logga-in", "/digital-byra"),
        ("/klienter/1001/logga-in", "/klienter/1001"),
        ("/forfragningar/x/skicka-igen?lang=en", "/forfragningar/x"),
        ("/logga-in/demo", "/logga-in"),
        ("/logga-ut", "/"),
    ],
)
async def test_an_address_that_only_takes_forms_leads_to_its_page(
    browser: Browser, path: str, page: str
) -> None:
    for method in ("GET", "HEAD"):
        answer = await browser.http.request(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_a_body_that_is_too_large_is_a_page(browser: Browser) -> None:
    await browser.be(ADMIN)
    form = (await browser.open("/klienthanteraren/koppla-klient")).form("Sök")
    answer = await browser.post(form.action, [*form.fields, ("identifier", "9" * 300_000)])
    assert answer.status_code == 413
    assert "Det du skickade är för stort" in answer.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"a=%ff&a&=&&&%00=%00", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", ""),
        (b"&".join(b"a=1" for _ in range(50_000)), "application/x-www-form-urlencoded"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(browser: Browser, body: bytes, kind: str) -> None:
    await browser.be(ADMIN)
    for path in ("/klienthanteraren/koppla-klient", "/klienthanteraren/logga-in", "/logga-ut"):
        answer = await browser.http.post(path, content=body, headers={"content-type": kind})
        assert answer.status_code == 403, answer.text
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["sv", "en", "xx", "<b>", ""])
async def test_every_page_is_in_its_language(browser: Browser, path: str, lang: str) -> None:
    await browser.be(ADMIN)
    page = await browser.open(f"{path}?lang={lang}")
    assert browser.status == 200
    wanted = lang if lang in ("sv", "en") else "sv"
    assert page.lang == wanted
    assert "<b>" not in page.html
    # Kept for the next page.
    assert (await browser.open("/forfragningar")).lang == wanted


async def test_the_browser_s_language_is_heeded(browser: Browser) -> None:
    for wish, lang in (("en-GB,en;q=0.9,sv;q=0.8", "en"), ("de,sv;q=0.1", "sv"), ("fr", "sv")):
        page = await browser.open("/", **{"accept-language": wish})
        assert page.lang == lang


@pytest.mark.parametrize("path", [*PAGES, "/nothing"])
async def test_a_page_needs_nothing_of_another_origin_and_is_small(
    browser: Browser, path: str
) -> None:
    await browser.be(ADMIN)
    await browser.open(path)
    answer = browser.answer
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "<script>" not in answer.text
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert len(answer.content) < 50_000


async def test_files_are_kept_for_a_year(browser: Browser) -> None:
    page = await browser.open("/")
    for part in page.html.split('"'):
        if part.startswith("/static/portal/"):
            answer = await browser.http.get(part)
            assert answer.status_code == 200
            assert "max-age=31536000" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "query", ["sok=%00", "sok=" + "x" * 300, "fran=made-up", "fran=%ff", "sok=%"]
)
async def test_a_client_list_that_was_asked_for_wrongly_is_a_page(
    browser: Browser, query: str
) -> None:
    await browser.be(ADMIN)
    page = await browser.open(f"/klienthanteraren?{query}")
    assert browser.status == 200
    assert "Klienthanteraren" in page.headings


@pytest.mark.parametrize("page", [*LISTS, "/forfragningar"])
@pytest.mark.parametrize("blank", ["%09", "%0A", "%0D%0A", "%20%20", "%C2%A0"])
async def test_what_was_pasted_is_searched_for_in_one_line(
    browser: Browser, page: str, blank: str
) -> None:
    await browser.be(ADMIN)
    shown = await browser.open(f"{page}?sok=%09finns{blank}inte%0A")
    assert browser.status == 200
    assert [one for one in shown.headings if one.startswith("Ingen ")]
    assert "tecken som inte går" not in shown.words


@pytest.mark.parametrize("tenant_id", ["", "x", "999", "../../x", "1001"])
async def test_signing_in_at_a_client_that_is_not_in_the_list_leads_back(
    browser: Browser, tenant_id: str
) -> None:  # R37
    page = await browser.be(ADMIN)
    guard = page.form("Logga ut").value("csrf")
    fields = [("csrf", guard), ("step", "/klienthanteraren"), ("tenant_id", tenant_id)]
    answer = await browser.post("/klienthanteraren/logga-in", fields)
    assert answer.headers["location"] == "/klienthanteraren"
    page = await browser.open("/klienthanteraren")
    assert "finns inte längre i byråns klientlista" in page.words
