"""The real linking service on a real database, driven from outside of any event loop."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
from aiokafka import ConsumerRecord

from contracts.envelope import Envelope, uuid7
from contracts.events.event import Event
from contracts.link_token import LinkKeys
from linking.sweeper import Sweeper
from services.linking.tests.world import LINK_KEYS
from tests.support.harness import Harness, Running


class Driven:
    """The real service on a real database. Each run of the machine has names of its own in it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, running: Running, harness: Harness) -> None:
        self.loop = loop
        self.running = running
        self.harness = harness
        self.keys = LinkKeys.parse(LINK_KEYS)
        self.connection: asyncpg.Connection = loop.run_until_complete(
            asyncpg.connect(running.owner_url)
        )
        [self.sweeper] = [w for w in running.service.workers if isinstance(w, Sweeper)]
        self.steps = 0
        self.runs = 0
        self.met: Counter[str] = Counter()
        self._offset = 0

    def post(self, path: str, body: Any, headers: dict[str, str]) -> httpx.Response:
        answer = self.running.http.post(path, json=body, headers=headers)
        return self.loop.run_until_complete(answer)

    def rows(self, sql: str, *given: Any) -> list[Any]:
        found: list[Any] = self.loop.run_until_complete(self.connection.fetch(sql, *given))
        return found

    def sweep(self) -> None:
        self.loop.run_until_complete(self.sweeper.sweep())

    def directory(self, event: type[Event], key: str, state: Event | None) -> None:
        """A record of the directory, as the consumer gets it from the broker."""
        self._offset += 1
        envelope = Envelope(uuid7(), event.type_name(), "test", datetime.now(UTC))
        record: Any = ConsumerRecord(
            topic=event.topic.name,
            partition=0,
            offset=self._offset,
            timestamp=0,
            timestamp_type=0,
            key=key.encode(),
            value=None if state is None else state.model_dump_json().encode(),
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=0,
            headers=() if state is None else envelope.headers(),
        )
        assert self.running.service.consumer is not None
        self.loop.run_until_complete(self.running.service.consumer.handle([record]))
