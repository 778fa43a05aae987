"""The stack, started once for all tests of it."""

from collections.abc import AsyncIterator

import pytest

from tests.containers.stack import Stack, stack


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with stack(tmp_path_factory.mktemp("secrets")) as running:
        yield running
