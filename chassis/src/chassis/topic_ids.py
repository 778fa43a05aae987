"""Which log a topic is now: Kafka gives each topic an id, and another one where it is made anew.
aiokafka's own metadata requests are older than that (KIP-516)."""

from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

UNKNOWN = ""
"""Of a broker that knows no ids."""
_NOBODY = UUID(int=0)


class _Uuid(AbstractType):  # type: ignore[misc]
    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: Any) -> UUID:
        return UUID(bytes=data.read(16))


_text = CompactString("utf-8")
_tags = ("tags", TaggedFields)


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32), ("host", _text), ("port", Int32), ("rack", _text), _tags
            ),
        ),
        ("cluster_id", _text),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", _text),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition_index", Int32),
                        ("leader_id", Int32),
                        ("leader_epoch", Int32),
                        ("replica_nodes", CompactArray(Int32)),
                        ("isr_nodes", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        _tags,
                    ),
                ),
                ("topic_authorized_operations", Int32),
                _tags,
            ),
        ),
        ("cluster_authorized_operations", Int32),
        _tags,
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", _text), _tags)),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        _tags,
    )


class _TopicIds(Request[_MetadataRequest]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        asked: list[tuple[UUID, str, dict[int, bytes]]] = [(_NOBODY, it, {}) for it in self._topics]
        return request_struct_class(asked, False, False, False, {})


async def topic_ids(consumer: AIOKafkaConsumer, topics: list[str]) -> dict[str, str]:
    """The id of each topic that the broker has; UNKNOWN where it has none. Raises KafkaError."""
    node = consumer._client.get_random_node()
    try:
        answer = await consumer._client.send(node, _TopicIds(topics))
    except (IncompatibleBrokerVersion, NotImplementedError):
        return dict.fromkeys(topics, UNKNOWN)
    found = {name: topic_id for _, name, topic_id, *_ in answer.topics}
    return {
        name: UNKNOWN if topic_id == _NOBODY else str(topic_id) for name, topic_id in found.items()
    }
