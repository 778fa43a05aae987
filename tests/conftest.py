"""The broker of the root suite: `make test BROKER=apache` runs it on Apache Kafka."""

import os
from collections.abc import AsyncIterator

import pytest

from tests.support.apache_kafka import ApacheKafka

BROKER = os.environ.get("KOPPLA_TEST_BROKER", "embedded")


@pytest.fixture
async def kafka_options(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, ...]]:
    """What `koppla up` is told of the broker: nothing, or an Apache Kafka of this test's own."""
    if BROKER == "embedded":
        yield ()
        return
    if BROKER != "apache":
        raise pytest.UsageError(f"BROKER is embedded or apache, not {BROKER}")
    async with ApacheKafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield ("--kafka", kafka.bootstrap_servers)
