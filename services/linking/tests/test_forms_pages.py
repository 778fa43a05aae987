"""GET /blanketter and the forms below it, as anyone gets them: without a token, by any browser."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import get_args

import httpx
import pytest
from pypdf import PdfReader

from chassis.http import new_app
from chassis.telemetry import Metrics
from contracts.events.linking import FormKind
from contracts.fields import Locale
from linking import forms
from linking.forms.shelf import Shelf
from linking.words import words
from services.linking.tests.test_link_pages import LANGUAGES, Elements
from services.linking.tests.world import HTML, World

KINDS: tuple[FormKind, ...] = get_args(FormKind)
LOCALES: tuple[Locale, ...] = get_args(Locale)
EMAIL = "kundtjanst@koppla.example"
FILES = {
    "link_client": ("blankett-koppla-klient.pdf", "form-link-client.pdf"),
    "change_bureau": ("blankett-byt-byra.pdf", "form-change-bureau.pdf"),
}


def served(support_email: str | None) -> httpx.AsyncClient:
    app = new_app("Forms", None, Metrics("forms"))
    forms.install(app, support_email)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://koppla.test")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served(EMAIL) as client:
        yield client


async def test_the_linking_service_serves_guidance_and_forms(world: World) -> None:  # R7, R8
    page = await world.http.get("/blanketter")
    assert (page.status_code, "Koppla en klient med blankett" in page.text) == (200, True)
    for kind in KINDS:
        answer = await world.http.get(f"/blanketter/{kind}.pdf")
        assert answer.status_code == 200
        assert len(PdfReader(BytesIO(answer.content)).pages) == 1


async def test_the_guidance_is_public_and_in_swedish(http: httpx.AsyncClient) -> None:  # R7
    answer = await http.get("/blanketter", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == "sv"
    page = Elements(answer.text)
    assert page.all("html") == [{"lang": "sv"}]
    for said in (
        *("Koppla en befintlig klient", "Byt byrå", "Hämta blanketten (PDF)"),
        *("firmatecknare", "systemadministratör", "databas-ID", "personuppgift", "kundtjänst"),
        *("Koppla klient", "Klienthanteraren", "Digital Byrå", "flerbolagsupplägg"),
        *("aktiveringslista", "Ingen förfrågan skickas"),
        "Den tidigare kopplingen avslutas inte av sig själv.",
    ):
        assert said in page.text


async def test_the_language_is_the_readers(http: httpx.AsyncClient) -> None:  # R47
    for query, header, lang in LANGUAGES:
        headers = {**HTML, **({"accept-language": header} if header else {})}
        answer = await http.get(f"/blanketter{query}", headers=headers)
        page = Elements(answer.text)
        assert page.all("html") == [{"lang": lang}], (query, header)
        assert ("What to do" if lang == "en" else "Så här gör du") in page.text
        assert "Accept-Language" in answer.headers["vary"]
        switch = page.ways[:2]
        assert switch == ["/blanketter?lang=sv", "/blanketter?lang=en"]


@pytest.mark.parametrize("locale", LOCALES)
async def test_all_that_the_page_leads_to_is_there(http: httpx.AsyncClient, locale: Locale) -> None:
    page = Elements((await http.get("/blanketter", params={"lang": locale})).text)  # R8
    links = page.ways + page.sheets
    forms_here = [one for one in links if ".pdf" in one]
    other = "en" if locale == "sv" else "sv"
    assert forms_here == [
        f"/blanketter/{kind}.pdf?lang={lang}" for kind in KINDS for lang in (locale, other)
    ]
    for link in links:
        if not link.startswith("mailto:"):
            assert (await http.get(link)).status_code == 200, link


async def test_where_to_send_it_is_said_where_it_is_known(http: httpx.AsyncClient) -> None:
    for locale in LOCALES:
        answer = await http.get("/blanketter", params={"lang": locale})
        assert f'<a href="mailto:{EMAIL}">{EMAIL}</a>' in answer.text
        async with served(None) as other:
            answer = await other.get("/blanketter", params={"lang": locale})
        assert "mailto:" not in answer.text
        assert words(locale)("guidance.step_send") in Elements(answer.text).text


async def test_the_page_needs_no_script_and_allows_none(http: httpx.AsyncClient) -> None:
    for path in ("/blanketter", "/blanketter/nothing.pdf"):
        answer = await http.get(path, headers=HTML)
        page = Elements(answer.text)
        assert page.all("script") == page.all("style") == page.all("img") == []
        assert not any("style" in attributes for _, attributes in page.found)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
async def test_there_is_a_form_per_case(
    http: httpx.AsyncClient, kind: FormKind, locale: Locale
) -> None:  # R8
    answer = await http.get(f"/blanketter/{kind}.pdf", params={"lang": locale})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    name = FILES[kind][LOCALES.index(locale)]
    assert answer.headers["content-disposition"] == f'inline; filename="{name}"'
    assert answer.headers["content-language"] == locale
    assert PdfReader(BytesIO(answer.content)).trailer["/Root"]["/Lang"] == locale


async def test_a_form_is_swedish_whatever_the_browser_speaks(http: httpx.AsyncClient) -> None:  # R8
    answer = await http.get("/blanketter/link_client.pdf", headers={"accept-language": "en"})
    assert answer.headers["content-language"] == "sv"


CACHED = ["/blanketter", "/blanketter/link_client.pdf"]


@pytest.mark.parametrize("path", CACHED)
async def test_what_is_the_same_for_all_may_be_kept(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await http.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    changed = await http.get(path, headers={"if-none-match": '"other"'})
    assert (changed.status_code, changed.content) == (200, answer.content)


@pytest.mark.parametrize("path", CACHED)
async def test_head_says_what_get_would(http: httpx.AsyncClient, path: str) -> None:
    head, get = await http.head(path), await http.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == get.headers[name]


NOTHING = [
    "/blanketter/other.pdf",
    "/blanketter/link_client",
    "/blanketter/",
    "/blanketter/a/b.pdf",
]


@pytest.mark.parametrize("path", NOTHING)
async def test_there_is_no_other_form(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"accept": "*/*"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    for locale, said in (("sv", "Blanketten finns inte"), ("en", "There is no such form")):
        page = await http.get(path, params={"lang": locale}, headers=HTML)
        assert (page.status_code, said in page.text) == (404, True)
        assert f'href="/blanketter?lang={locale}"' in page.text
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "status"), [("/blanketter?lang=%00", 422), ("/blanketter/%00.pdf", 404)]
)
async def test_an_address_that_nobody_can_read_is_a_page_for_people(
    http: httpx.AsyncClient, address: str, status: int
) -> None:
    page = await http.get(address, headers=HTML)
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert 'href="/blanketter?lang=sv">Koppla en klient med blankett' in page.text
    program = await http.get(address, headers={"accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"


async def test_the_style_sheets_know_dark_and_paper(http: httpx.AsyncClient) -> None:
    page = Elements((await http.get("/blanketter")).text)
    sheets = [await http.get(href) for href in page.sheets]
    assert {one.headers["content-type"] for one in sheets} == {"text/css; charset=utf-8"}
    text = "".join(one.text for one in sheets)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert (await http.get("/static/linking/other.css")).status_code == 404


def test_a_form_is_made_once_however_many_ask_at_once() -> None:
    shelf = Shelf(None)
    with ThreadPoolExecutor(8) as many:
        made = list(many.map(lambda _: shelf.form("link_client", "sv"), range(8)))
    assert all(one is made[0] for one in made)
    assert shelf.form("link_client", "en") is not made[0]
