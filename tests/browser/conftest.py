"""One Koppla with its demo directory and one browser, for all tests of a run."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from koppla.waiting import until
from tests.browser.letters import Letters
from tests.support.platform import Platform

CHROMIUM = os.environ.get("KOPPLA_TEST_CHROMIUM", "/usr/bin/chromium")
expect.set_options(timeout=60_000)
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
async def koppla(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with up(tmp_path_factory.mktemp("data")) as platform:
        yield platform


@asynccontextmanager
async def up(data: Path, **settings: str) -> AsyncIterator[Platform]:
    """A Koppla with its demo directory taken in."""
    platform = Platform(data, "--demo", **settings)
    await platform.start()
    try:
        # The walk is printed once the directory has reached every service.
        await until(lambda: any("koppla token" in line for line in platform.printed), 120)
        yield platform
    finally:
        assert await platform.stop() == 0


@pytest.fixture(scope="session")
def letters(koppla: Platform) -> Letters:
    return Letters(koppla)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        try:
            yield chromium
        finally:
            await chromium.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go: KOPPLA_TEST_PICTURES, or a folder that is ignored."""
    folder = Path(os.environ.get("KOPPLA_TEST_PICTURES", ".pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
