"""The broker of what starts the whole system."""

from collections.abc import AsyncIterator

import pytest

from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import ENGINE


@pytest.fixture
async def kafka_options(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, ...]]:
    """What `koppla up` is told of the broker: nothing, or an Apache Kafka of this test's own."""
    if ENGINE == "embedded":
        yield ()
        return
    async with ApacheKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield ("--kafka", kafka.bootstrap_servers)
