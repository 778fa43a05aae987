"""What the broker says of the topics that a consumer reads, asked for seldom."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.positions import Doubtful, Logs
from chassis.topic_ids import UNKNOWN, topic_ids

log = structlog.get_logger(__name__)
_PATIENCE = 5.0


class OtherLog(Exception):
    """A topic was made anew since its records in hand were read: they have to be read again."""


class TopicLogs:
    """The logs of the topics that one consumer reads. reader: None asks nobody."""

    def __init__(self, reader: AIOKafkaConsumer | None) -> None:
        self._reader = reader
        self._ids: dict[str, str] = {}

    async def known(self, topics: set[str]) -> Logs:
        """What is known of them; asked for once. Raises KafkaError or TimeoutError."""
        if unheard := topics - self._ids.keys():
            self._ids |= dict.fromkeys(unheard, UNKNOWN) | await self._ask(unheard)
        return Logs(self._ids)

    async def certain(self, doubt: Doubtful) -> Logs:
        """Asks anew. Raises OtherLog, KafkaError or TimeoutError."""
        ids = await self._ask({topic for topic, _ in doubt.reached})
        other = {
            topic
            for topic, topic_id in ids.items()
            if UNKNOWN not in (topic_id, self._ids.get(topic, UNKNOWN))
            and topic_id != self._ids[topic]
        }
        self._ids |= ids
        if other:
            raise OtherLog(", ".join(sorted(other)))
        cut = {}
        if self._reader is not None:
            asked = [TopicPartition(*place) for place in doubt.reached]
            async with asyncio.timeout(_PATIENCE):
                ends = await self._reader.end_offsets(asked)
            cut = {
                place: reached
                for place, reached in doubt.reached.items()
                if ends[TopicPartition(*place)] < reached
            }
        if cut:
            log.error("topic_was_cut", places=[f"{topic}-{number}" for topic, number in cut])
        return Logs(self._ids, frozenset(doubt.reached), cut)

    async def _ask(self, topics: set[str]) -> dict[str, str]:
        if self._reader is None:
            return {}
        async with asyncio.timeout(_PATIENCE):
            return await topic_ids(self._reader, sorted(topics))
