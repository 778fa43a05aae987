"""The linking service with a small directory: one eligible bureau, some clients, their admins."""

from collections.abc import AsyncIterator

import pytest

from koppla.waiting import until
from linking.app import build
from linking.settings import LinkingSettings
from services.linking.tests.world import BUREAUS, CLIENTS, SETTINGS, World
from tests.support.harness import Harness


@pytest.fixture
async def world(harness: Harness) -> AsyncIterator[World]:
    async with harness.running("linking", LinkingSettings, build, **SETTINGS) as running:
        world = World(harness, running)
        await harness.broker.publish(*BUREAUS, *CLIENTS)
        await until(lambda: world.knows(len(BUREAUS), len(CLIENTS)), what="the directory")
        yield world
