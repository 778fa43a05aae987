"""The broker of what starts the whole system."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import ENGINE

# They need a Docker engine: `make test-containers`.
# What needs more than Python has targets of its own in the Makefile.
collect_ignore = [
    folder
    for folder in ("containers", "browser")
    if not os.environ.get(f"KOPPLA_TEST_{folder.upper()}")
]


@pytest.fixture
async def kafka_options(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, ...]]:
    """What `koppla up` is told of the broker: nothing, or an Apache Kafka of this test's own."""
    if ENGINE == "embedded":
        yield ()
        return
    async with ApacheKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield ("--kafka", kafka.bootstrap_servers)
