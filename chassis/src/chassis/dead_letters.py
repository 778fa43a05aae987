"""Records that a service could not take: kept as rows with their error, mirrored to a topic.

A bad record never stops its partition, and it never vanishes. What may be done with it later is in
dead_letter_desk.py; why in this order, in docs/decisions/0014.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord
from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.headers import storable, to_json
from contracts.envelope import uuid7
from contracts.topics import Topic

Record: TypeAlias = "ConsumerRecord[Any, Any]"

_SUPERSEDED = "a newer record of its key was applied"
_MIRRORED = 1_040_000
"""Bytes of a mirrored record at most: with its new headers it must pass the producer's 1 MiB."""


class DeadLetters:
    """Writes dead letters of one service. topic: where they are mirrored."""

    def __init__(self, table: Table, outbox: Table, topic: Topic) -> None:
        self._table = table
        self._outbox = outbox
        self._topic = topic

    async def add(
        self,
        session: AsyncSession,
        consumer: str,
        record: Record,
        error: str,
        *,
        status: str = "open",
    ) -> None:
        """Keeps and mirrors the record, in the session's transaction; the same record once."""
        headers = to_json(record.headers)
        error = storable(error)
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
            "status": status,
        }
        if status == "superseded":
            row |= {"reason": _SUPERSEDED, "settled_at": func.clock_timestamp()}
        kept = await session.execute(
            upsert(self._table).values(row).on_conflict_do_nothing().returning(self._table.c.id)
        )
        if kept.scalar_one_or_none() is None:
            return
        await session.execute(insert(self._outbox).values(self._mirror(row)))

    async def supersede(self, session: AsyncSession, topic: str, keys: Sequence[bytes]) -> None:
        """Settles the letters of keys that a newer state is about to be applied of: it must never
        be overwritten by them. Waits for whoever is just retrying one."""
        columns = self._table.c
        found = await session.execute(
            select(columns.id)
            .where(self._unsettled(topic, keys))
            .order_by(columns.arrival)
            .with_for_update()
        )
        if letters := found.scalars().all():
            await session.execute(
                update(self._table)
                .where(columns.id.in_(letters))
                .values(status="superseded", reason=_SUPERSEDED, settled_at=func.clock_timestamp())
            )

    async def unsettled_keys(
        self, session: AsyncSession, topic: str, keys: Sequence[bytes]
    ) -> set[bytes]:
        """Of these keys, those with an unsettled letter. It stays so until the transaction ends:
        whoever settles one meanwhile waits, and then finds what was put behind it."""
        columns = self._table.c
        found = await session.execute(
            select(columns.key)
            .where(self._unsettled(topic, keys))
            .order_by(columns.arrival)
            .with_for_update()
        )
        return set(found.scalars())

    def _unsettled(self, topic: str, keys: Sequence[bytes]) -> ColumnElement[bool]:
        columns = self._table.c
        # One array and not a parameter a key; the statuses as the partial index says them.
        among = columns.key == func.any(bindparam("keys", list(keys), ARRAY(LargeBinary)))
        return (columns.topic == topic) & among & text("status IN ('open', 'waiting')")

    def _mirror(self, row: dict[str, Any]) -> dict[str, Any]:
        """The outbox row: the record as it came, and in headers where it came from and why."""
        key, value, headers = row["key"], row["value"], row["headers"]
        about = [
            ["dead_letter_id", str(row["id"])],
            ["dead_letter_topic", row["topic"]],
            ["dead_letter_partition", str(row["partition"])],
            ["dead_letter_offset", str(row["offset"])],
            ["dead_letter_error", row["error"][:500]],
        ]
        if len(json.dumps(headers)) > _MIRRORED // 10:
            headers = []
            about.append(["dead_letter_headers", "left out; the row has them"])
        if len(value or b"") + len(key or b"") + len(json.dumps(headers)) > _MIRRORED:
            value = None
            about.append(["dead_letter_value", "left out; the row has it"])
        name = None if key is None else storable(key.decode("utf-8", "replace"))[: _MIRRORED // 10]
        if name is not None and name.encode() != key:
            about.append(["dead_letter_key", "not as it came; the row has it"])
        if name is None and value is None:
            # A Kafka producer takes no record without both.
            name = str(row["id"])
            about.append(["dead_letter_key", "none; this is the dead letter's id"])
        return {
            "event_id": row["id"],
            "topic": self._topic.name,
            "key": name,
            "type": "DeadLetter",
            "headers": [*headers, *about],
            "value": value,
        }


def _digest(record: Record) -> str:
    """The record's identity by content, since offsets start anew with a broker that forgot."""
    digest = hashlib.sha256(record.topic.encode())
    for part in (record.key, record.value, *(v for n, v in record.headers if n == "ce_id")):
        digest.update(b"\0-" if part is None else b"\0+" + part)
    return digest.hexdigest()
