"""The gateway's own pages: what it serves beside the services' answers."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.app import HttpServer, Service, listen
from chassis.settings import load
from koppla.demo_people import DirectoryDemo
from koppla.gateway import Gateway
from koppla.profile import portal_settings_of
from portal import app, footer
from portal.settings import PortalSettings

PAGES = ("/docs", "/docs/events")
LIGHT = ("/docs/operations", "/docs/events", "/docs/events/linking.requests.v1/LinkRequestAccepted")


@pytest.fixture
async def http(described: list[Service], tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    bound = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    settings = load(PortalSettings, **portal_settings_of(url, tmp_path))
    ways = (footer.API, footer.EVENTS, footer.STATUS)
    async with app.opened(settings, DirectoryDemo(tmp_path), ways) as portal:
        server = HttpServer(Gateway(described, None, portal), bound)
        await server.start()
        async with httpx.AsyncClient(base_url=url) as client:
            yield client
        await server.stop()


async def test_the_openapi_document_is_that_of_all_services(
    http: httpx.AsyncClient, operations_document: dict[str, Any]
) -> None:
    assert (await http.get("/openapi.json")).json() == operations_document


async def test_the_asyncapi_document_is_served(
    http: httpx.AsyncClient, events_document: dict[str, Any]
) -> None:
    assert (await http.get("/asyncapi.json")).json() == events_document


async def test_the_portal_s_first_page_leads_to_the_documents(http: httpx.AsyncClient) -> None:
    home = (await http.get("/")).text
    for path in PAGES:
        assert f'href="{path}"' in home
    for path in (*PAGES, "/openapi.json", "/asyncapi.json"):
        assert (await http.get(path)).status_code == 200


async def test_an_address_of_the_api_that_nobody_knows_is_refused_in_its_words(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"


async def test_every_other_address_that_nobody_knows_is_a_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", sorted({*PAGES, *LIGHT}))
async def test_a_documents_page_needs_nothing_of_another_origin(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not {"unsafe-inline", "unsafe-eval", "http:", "https:"} & set(re.split("[ ;']", policy))
    needed = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert not [address for address in needed if not re.match(r"/|#|data:,$", address)]
    for address in needed:
        if address.startswith("/"):
            assert (await http.get(address)).status_code == 200, address
    # What the policy would stop: a script or a style written into the page.
    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=| style=", answer.text)


async def test_swagger_ui_reads_our_document_and_asks_no_validator(
    http: httpx.AsyncClient,
) -> None:
    page = (await http.get("/docs")).text
    scripts = re.findall(r'<script src="([^"]+)"', page)
    started = await http.get(scripts[-1])
    assert started.headers["content-type"].startswith("text/javascript")
    assert 'url: "/openapi.json"' in started.text
    assert "validatorUrl: null" in started.text
    bundle = await http.get(scripts[0])
    assert "SwaggerUIBundle" in bundle.text
    assert "max-age" in bundle.headers["cache-control"]


@pytest.mark.parametrize("name", ["swagger.html", "..%2Fpages.py", "redoc.standalone.js", "a"])
async def test_no_other_file_is_served(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/docs/{name}")).status_code == 404


@pytest.mark.parametrize("path", ["/docs/xyz", "/docs/", "/docs/events/", "/docs/a/b"])
async def test_a_browser_is_told_by_a_page_that_there_is_no_such_document(
    http: httpx.AsyncClient, path: str
) -> None:
    page = await http.get(path, headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<h1>Sidan finns inte</h1>" in page.text
    assert 'href="/docs">API:et' in page.text
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    assert (await http.get(sheet)).headers["content-type"] == "text/css; charset=utf-8"
    assert (await http.get(path)).headers["content-type"] == "application/problem+json"


async def test_the_events_pages_tell_of_every_topic_and_event(
    http: httpx.AsyncClient, events_document: dict[str, Any]
) -> None:
    index = (await http.get("/docs/events")).text
    told = index
    for name, channel in events_document["channels"].items():
        assert f'id="{name}"' in index
        for message in channel["messages"]:
            assert f'id="{name}.{message}"' in index
            event = await http.get(f"/docs/events/{name}/{message}")
            assert f"<h1>{message}</h1>" in event.text
            told += event.text
    for field in ("recipients[].email", "grants[].permissions[].program", "accepted_by.side"):
        assert f"<code>{field}</code>" in told
    for said in ("Åkerströms Måleri i Örebro AB", "linking, activation", "14 dygn", "ingen tjänst"):
        assert said in told
    assert "`" not in told
    assert (await http.get("/docs/events/linking.links.v1/ClientListed")).status_code == 404


async def test_the_operations_are_told_without_script(
    http: httpx.AsyncClient, operations_document: dict[str, Any]
) -> None:
    page = (await http.get("/docs/operations")).text
    for path, item in operations_document["paths"].items():
        for method in item:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert "bureau_admin, consultant" in page
    assert "<script" not in page


async def test_every_page_but_swagger_s_is_light(http: httpx.AsyncClient) -> None:
    index = (await http.get("/docs/events")).text
    events = re.findall(r'href="(/docs/events/[^"]+)"', index)
    assert events
    for path in {*LIGHT, *events}:
        page = await http.get(path)
        needed = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script src="', page.text)
        [sheet] = needed
        assert len(page.content) + len((await http.get(sheet)).content) <= 50_000, path


@pytest.mark.parametrize("path", sorted({*PAGES, *LIGHT}))
async def test_the_documents_are_read_in_both_languages(
    http: httpx.AsyncClient, path: str
) -> None:  # R47
    swedish = (await http.get(path)).text
    assert '<html lang="sv">' in swedish
    assert "Händelserna" in swedish
    [english] = re.findall(r'href="([^"]+)" lang="en"', swedish)
    page = (await http.get(english)).text
    assert '<html lang="en">' in page
    assert "The events" in page
    assert not re.search(r"Händelserna|Nyckel|Skickas av|Fält|valfritt|dygn", page)
