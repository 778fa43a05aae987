"""Fixtures that every suite shares: real database, real broker, tokens. See tests/support."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# Before pytest would take the folder of that name, which holds its tests, for the package.
import portal  # noqa: F401
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.issuer import DevelopmentIssuer
from tests.support.brokers import ENGINE, ENGINES, SETTINGS, Brokers, brokers
from tests.support.harness import Broker, Harness

ENGINE_FIXTURES = {"engine", "kafka_options"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the embedded engine all but what it does not do; on another one what meets a broker."""
    if ENGINE not in ENGINES:
        raise pytest.UsageError(f"KOPPLA_TEST_BROKER is {' or '.join(ENGINES)}, not {ENGINE}")
    others = [item for item in items if not _belongs(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _belongs(item)]


def _belongs(item: pytest.Item) -> bool:
    if ENGINE == "embedded":
        return item.get_closest_marker("on_apache_kafka") is None
    fixtures = getattr(item, "fixturenames", ())
    marked = any(map(item.get_closest_marker, ("on_the_engine", "on_apache_kafka")))
    return marked or not ENGINE_FIXTURES.isdisjoint(fixtures)


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole run; each test gets databases of its own in it."""
    async with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentIssuer:
    return DevelopmentIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Brokers]:
    """The engine of this run: embedded, or Apache Kafka."""
    async with brokers(tmp_path_factory.mktemp("brokers")) as engine:
        yield engine


@pytest.fixture
async def broker(engine: Brokers, tmp_path: Path) -> AsyncIterator[Broker]:
    """A broker with all topics and no record."""
    async with engine.fresh(tmp_path / "kafka") as bootstrap_servers:
        broker = Broker(bootstrap_servers, SETTINGS)
        await broker.create_topics()
        yield broker


@pytest.fixture
def harness(
    postgres: EmbeddedPostgres, broker: Broker, issuer: DevelopmentIssuer, tmp_path: Path
) -> Harness:
    return Harness(postgres, broker, issuer, tmp_path)
