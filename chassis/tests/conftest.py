"""A made-up service on a real database and a real broker: see tests/support/sample.py."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
import structlog

from chassis.kafka import KafkaSettings, ensure_topics
from chassis.settings import load
from koppla.embedded.postgres import EmbeddedPostgres
from tests.support import sample as made_up
from tests.support.harness import Broker
from tests.support.sample import DEAD, NOTES, STATES, Sample


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """structlog's own default draws every local variable of a traceback, for seconds."""
    processors = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(processors=processors, cache_logger_on_first_use=False)


@pytest.fixture
async def url(postgres: EmbeddedPostgres) -> str:
    """A fresh database of the made-up service, by its runtime role."""
    await made_up.create(postgres)
    fresh = f"sample_{secrets.token_hex(4)}"
    admin = await asyncpg.connect(postgres.url("postgres"))
    try:
        await admin.execute(
            f'CREATE DATABASE "{fresh}" TEMPLATE sample OWNER sample_owner STRATEGY FILE_COPY'
        )
    finally:
        await admin.close()
    return postgres.url(fresh, "sample_runtime")


@pytest.fixture
async def sample(url: str, broker: Broker) -> AsyncIterator[Sample]:
    settings = load(KafkaSettings, **broker.settings)
    await ensure_topics(settings, (NOTES, STATES, DEAD))
    made = Sample(url, settings)
    await made.wakeup.start()
    yield made
    await made.wakeup.stop()
    await made.database.close()
