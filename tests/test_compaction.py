"""The directory is compacted: who was away meanwhile misses states, but none that counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from chassis.kafka import KafkaSettings, ensure_topics
from chassis.settings import load
from contracts.events.directory import ClientRecord
from koppla.embedded.postgres import EmbeddedPostgres
from koppla.issuer import DevelopmentIssuer
from koppla.waiting import until
from linking.app import build as build_linking
from linking.settings import LinkingSettings
from search.app import build as build_search
from search.settings import SearchSettings
from services.linking.tests.world import SETTINGS as LINKING
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import APACHE_KAFKA
from tests.support.harness import Broker, Harness, Running

CLIENTS = 60
CHANGES = 40
TOPIC = ClientRecord.topic
# The contract's topic, but cleaned at once and not some day.
CLEANED_AT_ONCE = {
    **TOPIC.config,
    "segment.ms": "300",
    "min.cleanable.dirty.ratio": "0.01",
    "max.compaction.lag.ms": "500",
}
# Of a client that is deleted only that: its last name may never have been read.
ROWS = (
    "SELECT tenant_id, CASE WHEN deleted_at IS NULL THEN name END AS name FROM clients"
    " ORDER BY tenant_id"
)


@pytest.mark.on_apache_kafka
async def test_a_consumer_that_was_away_while_its_topic_was_compacted_ends_with_the_same_rows(
    postgres: EmbeddedPostgres, issuer: DevelopmentIssuer, tmp_path: Path
) -> None:
    async with ApacheKafka(tmp_path / "kafka", log_cleaner_backoff_ms="200") as kafka:
        settings = {"kafka": kafka.bootstrap_servers, "kafka_replication": 1}
        await ensure_topics(
            load(KafkaSettings, **settings), [replace(TOPIC, config=CLEANED_AT_ONCE)]
        )
        broker = Broker(kafka.bootstrap_servers, APACHE_KAFKA)
        await broker.create_topics()
        harness = Harness(postgres, broker, issuer, tmp_path)
        search = await harness.database("search")
        async with harness.running("linking", LinkingSettings, build_linking, **LINKING) as linking:
            async with harness.running("search", SearchSettings, build_search, urls=search) as away:
                await broker.publish(*(_client(number, 0) for number in range(CLIENTS)))
                await until(lambda: _same(away, linking, CLIENTS), 60, what="both to know all")
            # Search is away now, and linking hears each change.
            told = await _change_until_compacted(broker)
            async with harness.running("search", SearchSettings, build_search, urls=search) as back:
                await until(lambda: _same(back, linking, CLIENTS), 60, what="search to catch up")
                rows = await back.rows(ROWS)
    assert {row["tenant_id"]: row["name"] for row in rows} == told


async def _change_until_compacted(broker: Broker) -> dict[str, str | None]:
    """Changes and deletes until the cleaner has taken states that search never read; the last
    name of each, None of those deleted."""
    told: dict[str, str | None] = {f"{number}": f"Klient {number}.0" for number in range(CLIENTS)}
    rounds: Iterator[int] = cycle(range(1, CHANGES + 1))
    published = CLIENTS

    async def compacted() -> bool:
        nonlocal published
        change = next(rounds)
        await broker.publish(*(_client(number, change) for number in range(CLIENTS // 2)))
        told.update({f"{number}": f"Klient {number}.{change}" for number in range(CLIENTS // 2)})
        published += CLIENTS // 2
        return published > 300 and len(await broker.records(TOPIC)) < published * 0.7

    await until(compacted, 120, every=0.3, what="the cleaner to have come")
    for number in range(0, CLIENTS, 7):
        await broker.publish_raw(TOPIC, f"{number}".encode(), None)
        told[f"{number}"] = None
    left = Counter(record.key for record in await broker.records(TOPIC))
    assert sum(left.values()) < published
    assert len(left) == CLIENTS, "every key has a state still"
    return told


def _client(number: int, change: int) -> ClientRecord:
    return ClientRecord(
        tenant_id=f"{number}",
        org_number="556036-0793",
        name=f"Klient {number}.{change}",
        city="Kiruna",
    )


async def _same(one: Running, other: Running, number: int) -> bool:
    rows = await one.rows(ROWS)
    return len(rows) == number and rows == await other.rows(ROWS)
