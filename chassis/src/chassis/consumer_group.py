"""What a consumer group has committed, set back before its members start."""

from collections.abc import Collection, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError
from aiokafka.structs import OffsetAndMetadata

from chassis.kafka import KafkaSettings

log = structlog.get_logger(__name__)


async def set_back(
    settings: KafkaSettings,
    group: str,
    topics: Collection[str],
    taken_in: Mapping[tuple[str, int], int],
) -> int:
    """Sets the group back, where it is further than what the database has taken in of these topics:
    nothing of a partition that is not named. The number of partitions that it concerned.

    Refused by the broker while the group has members: then one of them has done it, or there is
    no reason to. Raises KafkaError where the broker is away.
    """
    reader = AIOKafkaConsumer(**settings.connection(), group_id=group, enable_auto_commit=False)
    await reader.start()
    try:
        cluster = await reader._client.fetch_all_metadata()
        places = [
            TopicPartition(topic, number)
            for topic in topics
            for number in cluster.partitions_for_topic(topic) or ()
        ]
        if not places:
            return 0
        reader.assign(places)
        done = {place: at for place in places if (at := await reader.committed(place)) is not None}
        begins = await reader.beginning_offsets(list(done)) if done else {}
        wanted = {
            place: max(begins[place], taken_in.get((place.topic, place.partition), 0))
            for place in done
        }
        back = {
            place: OffsetAndMetadata(wanted[place], "")
            for place, at in done.items()
            if wanted[place] < at
        }
        if back:
            await reader.commit(back)
            log.warning("group_set_back", group=group, partitions=len(back))
        return len(back)
    except CommitFailedError as error:
        log.warning("group_not_set_back", group=group, error=type(error).__name__)
        return 0
    finally:
        try:
            await reader.stop()
        except KafkaError as error:
            log.warning("reader_left_behind", error=type(error).__name__)
