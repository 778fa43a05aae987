"""How topics are made on a cluster; that they are made at all, the other tests of a broker see."""

import pytest

from chassis.kafka import new_topic
from tests.support.sample import NOTES, STATES


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, None), (2, None), (3, "2"), (5, "2")])
def test_what_is_acknowledged_is_on_two_brokers_where_three_keep_it(
    replicas: int, in_sync: str | None
) -> None:
    made = new_topic(NOTES, replicas, None)
    assert (made.replication_factor, made.num_partitions) == (replicas, 2)
    assert made.topic_configs.get("min.insync.replicas") == in_sync


def test_a_topic_s_own_configuration_stays() -> None:
    made = new_topic(STATES, 3, 7)
    assert made.topic_configs == {"cleanup.policy": "compact", "min.insync.replicas": "2"}
    assert made.num_partitions == 7
