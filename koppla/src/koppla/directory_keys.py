"""Which keys of a compacted topic have a value: what `koppla import --replace` compares with."""

import asyncio

from aiokafka import AIOKafkaConsumer

from chassis.kafka import KafkaSettings
from contracts.topics import Topic


async def published_keys(settings: KafkaSettings, topic: Topic, patience: float) -> set[str]:
    """The keys, read from the topic's beginning to its end of now.

    patience: seconds for the broker to answer, at each step. Raises KafkaError or TimeoutError.
    """
    consumer = AIOKafkaConsumer(
        topic.name,
        **settings.connection(),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        request_timeout_ms=int(patience * 1000),
    )
    try:
        async with asyncio.timeout(patience):
            await consumer.start()
        return await _read(consumer, patience)
    finally:
        async with asyncio.timeout(patience):
            await consumer.stop()


async def _read(consumer: AIOKafkaConsumer, patience: float) -> set[str]:
    keys: set[str] = set()
    async with asyncio.timeout(patience) as deadline:
        # Without a group the consumer has every partition that the broker knows of.
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                deadline.reschedule(asyncio.get_running_loop().time() + patience)
                for record in batch:
                    if record.key is not None:
                        key = record.key.decode("utf-8", "replace")
                        (keys.discard if record.value is None else keys.add)(key)
    return keys
