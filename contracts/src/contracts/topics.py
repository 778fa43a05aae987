"""The topics, their keys and their configuration. Source: design.md, Topics."""

from dataclasses import dataclass, field

DAY_MS = 24 * 60 * 60 * 1000
PARTITIONS = 6


@dataclass(frozen=True, slots=True)
class Topic:
    """name: as in Kafka, fixed. key: what a record's key holds. config: Kafka's topic settings."""

    name: str
    key: str
    config: dict[str, str] = field(default_factory=dict, hash=False)
    partitions: int = PARTITIONS


def _compacted(name: str, key: str, *, tombstones_days: int = 30) -> Topic:
    return Topic(
        name,
        key,
        {"cleanup.policy": "compact", "delete.retention.ms": str(tombstones_days * DAY_MS)},
    )


def _kept(name: str, *, days: int = 14, key: str = "bureau_id:tenant_id") -> Topic:
    return Topic(name, key, {"cleanup.policy": "delete", "retention.ms": str(days * DAY_MS)})


DIRECTORY_CLIENTS = _compacted("directory.clients.v1", "tenant_id")
DIRECTORY_BUREAUS = _compacted("directory.bureaus.v1", "bureau_id")
LINKING_BUREAUS = _compacted("linking.bureaus.v1", "bureau_id")
LINKING_REQUESTS = _kept("linking.requests.v1")
LINKING_LINKS = _kept("linking.links.v1")
NOTIFIER_DELIVERIES = _kept("notifier.deliveries.v1")
ACTIVATION_CLIENTS = _kept("activation.clients.v1")

SERVICES = ("search", "linking", "notifier", "activation")


def dead_letters(service: str) -> Topic:
    """Where the records that a service could not take are mirrored, as they came."""
    return _kept(f"dead-letters.{service}.v1", days=30, key="as the original")


TOPICS: tuple[Topic, ...] = (
    DIRECTORY_CLIENTS,
    DIRECTORY_BUREAUS,
    LINKING_BUREAUS,
    LINKING_REQUESTS,
    LINKING_LINKS,
    NOTIFIER_DELIVERIES,
    ACTIVATION_CLIENTS,
    *(dead_letters(service) for service in SERVICES),
)
