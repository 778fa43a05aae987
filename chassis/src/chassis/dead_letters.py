"""Records that a service could not take: kept as rows with their error, mirrored to a topic.

A bad record never stops its partition, and it never vanishes.
"""

import hashlib
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord
from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.envelope import uuid7
from contracts.topics import Topic

Record: TypeAlias = "ConsumerRecord[Any, Any]"


class DeadLetters:
    """Writes dead letters of one service. topic: where they are mirrored."""

    def __init__(self, table: Table, outbox: Table, topic: Topic) -> None:
        self._table = table
        self._outbox = outbox
        self._topic = topic

    async def add(self, session: AsyncSession, consumer: str, record: Record, error: str) -> None:
        """Keeps and mirrors the record, in the session's transaction; the same record once."""
        headers = [[name, (value or b"").decode("latin-1")] for name, value in record.headers]
        row = {
            "id": uuid7(),
            "consumer": consumer,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "value": record.value,
            "headers": headers,
            "digest": _digest(record),
            "error": error[:2000],
        }
        kept = await session.execute(
            upsert(self._table).values(row).on_conflict_do_nothing().returning(self._table.c.id)
        )
        if kept.scalar_one_or_none() is None:
            return
        about = [
            ["dead_letter_topic", record.topic],
            ["dead_letter_partition", str(record.partition)],
            ["dead_letter_offset", str(record.offset)],
            ["dead_letter_error", error[:500]],
        ]
        await session.execute(
            insert(self._outbox).values(
                event_id=row["id"],
                topic=self._topic.name,
                key=None if record.key is None else record.key.decode("utf-8", "replace"),
                type="DeadLetter",
                headers=[*headers, *about],
                value=record.value,
            )
        )


def _digest(record: Record) -> str:
    """The record's identity by content, since offsets start anew with a broker that forgot."""
    digest = hashlib.sha256(record.topic.encode())
    for part in (record.key, record.value, *(v for n, v in record.headers if n == "ce_id")):
        digest.update(b"\0-" if part is None else b"\0+" + part)
    return digest.hexdigest()
