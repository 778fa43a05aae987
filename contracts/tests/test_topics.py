"""The topics are those of design.md, by name, key, clean-up and time kept."""

import pytest

from contracts.topics import SERVICES, TOPICS, dead_letters

DAY = 86_400_000
COMPACT = {"cleanup.policy": "compact", "delete.retention.ms": str(30 * DAY)}
FORTNIGHT = {"cleanup.policy": "delete", "retention.ms": str(14 * DAY)}
MONTH = {"cleanup.policy": "delete", "retention.ms": str(30 * DAY)}

DESIGN = {
    "directory.clients.v1": ("tenant_id", COMPACT),
    "directory.bureaus.v1": ("bureau_id", COMPACT),
    "linking.bureaus.v1": ("bureau_id", COMPACT),
    "linking.requests.v1": ("bureau_id:tenant_id", FORTNIGHT),
    "linking.links.v1": ("bureau_id:tenant_id", FORTNIGHT),
    "notifier.deliveries.v1": ("bureau_id:tenant_id", FORTNIGHT),
    "activation.clients.v1": ("bureau_id:tenant_id", FORTNIGHT),
    "dead-letters.search.v1": ("as the original", MONTH),
    "dead-letters.linking.v1": ("as the original", MONTH),
    "dead-letters.notifier.v1": ("as the original", MONTH),
    "dead-letters.activation.v1": ("as the original", MONTH),
}


def test_the_topics_are_those_of_the_design() -> None:
    assert {topic.name: (topic.key, topic.config) for topic in TOPICS} == DESIGN
    assert len(TOPICS) == len(DESIGN)


def test_topics_of_one_key_have_as_many_partitions() -> None:
    assert {topic.partitions for topic in TOPICS} == {6}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_topic_for_its_dead_letters(service: str) -> None:
    assert dead_letters(service) in TOPICS
