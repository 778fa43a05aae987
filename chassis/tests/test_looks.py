"""/design: the page that shows every component in every state."""

import re
from importlib.resources import files

import httpx
import pytest

from chassis.design import looks
from chassis.design.catalogue import LOCALES
from chassis.design.tokens import tokens
from chassis.http import new_app
from chassis.telemetry import Metrics
from contracts.fields import Locale


@pytest.fixture
def http() -> httpx.AsyncClient:
    app = new_app("Looks", None, Metrics("looks"))
    app.include_router(looks.router())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://koppla.test")


@pytest.mark.parametrize("locale", LOCALES)
async def test_it_is_there_in_both_languages(http: httpx.AsyncClient, locale: Locale) -> None:
    other = "en" if locale == "sv" else "sv"
    for about in (
        {"params": {"lang": locale}, "headers": {"accept-language": other}},
        {"headers": {"cookie": f"koppla_language={locale}", "accept-language": other}},
        {"headers": {"accept-language": f"{other};q=0.1, {locale}"}},
    ):
        answer = await http.get("/design", **about)  # type: ignore[arg-type]
        assert (answer.status_code, answer.headers["content-language"]) == (200, locale)
        assert f'<html lang="{locale}">' in answer.text
        assert 'href="/design?lang=en"' in answer.text


async def test_every_token_and_macro_is_shown(http: httpx.AsyncClient) -> None:
    page = (await http.get("/design")).text
    assert [name for name in tokens().light if f"<code>--{name}</code>" not in page] == []
    parts = (files("chassis.design") / "templates/design/parts.html").read_text("utf-8")
    folder = files("chassis.design") / "templates/design/looks"
    used = "".join(each.read_text("utf-8") for each in folder.iterdir())
    macros = re.findall(r"macro ([a-z][a-z_]*)\(", parts)
    # `time` is within the time line.
    assert [name for name in macros if name != "time" and f"ui.{name}(" not in used] == []


async def test_no_two_elements_have_one_id(http: httpx.AsyncClient) -> None:
    ids = re.findall(r' id="([^"]+)"', (await http.get("/design")).text)
    assert sorted(ids) == sorted(set(ids))


async def test_states_under_a_pointer_are_those_of_the_components(http: httpx.AsyncClient) -> None:
    page = (await http.get("/design")).text
    [address] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    answer = await http.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    for kind in ("primary", "secondary", "quiet", "danger"):
        [rule] = re.findall(rf"^\.button\.{kind}:hover (.*)$", answer.text, re.MULTILINE)
        assert f".is-hovered .button.{kind} {rule}" in answer.text
    assert ".is-focused" in answer.text


async def test_it_is_small_and_asks_nobody_else(http: httpx.AsyncClient) -> None:
    answer = await http.get("/design")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.findall(r"<script|<style|\bon\w+=| style=|https?:", answer.text)
    [address] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text)
    assert len(answer.content) + len((await http.get(address)).content) <= 50_000
