"""Another process of the running service, with limits of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from linking.app import build
from linking.settings import LinkingSettings
from services.linking.tests.world import SETTINGS, World


@asynccontextmanager
async def limited(world: World, **limits: str) -> AsyncIterator[World]:
    """The same world through a second replica. limits: settings as the environment has them; the
    others are off."""
    urls = world.running.owner_url, world.running.settings.database_url.get_secret_value()
    off = {
        "rate_link_pages": "off",
        "rate_requests_per_bureau": "off",
        "rate_requests_per_client": "off",
        "rate_mails_per_address": "off",
    }
    started = world.harness.running(
        "linking",
        LinkingSettings,
        build,
        roles=("serve",),
        urls=urls,
        **{**SETTINGS, **off, **limits},
    )
    async with started as running:
        yield World(world.harness, running)


def refused(world: World, limit: str) -> float:
    """How many this replica has refused by a limit, as its metrics say."""
    registry = world.running.service.metrics.registry
    labels = {"service": "linking", "limit": limit}
    return registry.get_sample_value("koppla_rate_limited_total", labels) or 0
