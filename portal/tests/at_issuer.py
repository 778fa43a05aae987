"""Somebody signs in at the played issuer."""

import time
from urllib.parse import urlsplit

import httpx

from portal.tests.browser import Browser
from portal.tests.page import Page


async def sign_in(browser: Browser) -> Page:
    return await browser.open(await begin(browser))


async def come_back(browser: Browser) -> None:
    """Signs in, and opens no page yet."""
    assert (await browser.http.get(await begin(browser))).status_code == 303


async def begin(browser: Browser) -> str:
    """The address by which one comes back from the issuer."""
    start = await browser.http.get("/logga-in/start")
    return await at_issuer(start.headers["location"])


async def at_issuer(address: str) -> str:
    """Where the issuer sends the browser back to."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(address)
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}"


def in_seconds(seconds: int) -> int:
    """A time as tokens have it."""
    return int(time.time()) + seconds
