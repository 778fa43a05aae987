"""Fixtures that every suite shares: real database, real broker, tokens. See tests/support."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.issuer import DevelopmentIssuer
from tests.support.harness import EMBEDDED_BROKER, Broker, Harness


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole run; each test gets databases of its own in it."""
    async with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    """An empty embedded broker with all topics: it starts in milliseconds, so each test has one."""
    async with EmbeddedKafka(tmp_path / "kafka") as kafka:
        broker = Broker(kafka.bootstrap_servers, EMBEDDED_BROKER)
        await broker.create_topics()
        yield broker


@pytest.fixture
def harness(
    postgres: EmbeddedPostgres, broker: Broker, issuer: DevelopmentIssuer, tmp_path: Path
) -> Harness:
    return Harness(postgres, broker, issuer, tmp_path)
