"""`koppla import`: checks every line first, keeps it where the broker forgets, publishes."""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from rich.progress import Progress

from contracts.events.event import Event
from koppla.directory_file import DirectoryFile
from koppla.directory_lines import Line, read
from koppla.directory_publisher import KINDS, publish
from koppla.embedded.folder import read_run

_SHOWN = 100
_UNASKED_DELETES = 0.01


class ImportRefused(Exception):
    """Nothing was published; the message says why, a line each."""


@dataclass
class ImportRun:
    """One import. kind: clients or bureaus. confirm_deletes: how many deletions are meant."""

    kind: str
    file: Path
    data: Path
    kafka: str | None = None
    replace: bool = False
    confirm_deletes: int | None = None
    skip_invalid: bool = False
    _journal: DirectoryFile | None = field(default=None, init=False)

    def run(self) -> str:
        """Publishes and says how much, once the broker has it all. Raises ImportRefused."""
        kafka, embedded = self._broker()
        records, bad = self._read()
        if embedded:
            self._journal = DirectoryFile(self.data, self.kind)
            with self._journal.locked():
                return self._publish(kafka, records, bad)
        return self._publish(kafka, records, bad)

    def _broker(self) -> tuple[str, bool]:
        if self.kafka is not None:
            return self.kafka, False
        run = read_run(self.data)
        if run is None:
            raise ImportRefused(f"nothing runs in {self.data}: start `koppla up`, or give --kafka")
        return str(run["kafka"]), bool(run.get("embedded_kafka"))

    def _read(self) -> tuple[list[Event], list[Line]]:
        lines = list(read(self.file, KINDS[self.kind]))
        bad = [line for line in lines if line.record is None]
        if bad and not self.skip_invalid:
            told = [what for line in bad for what in line.wrong]
            more = [f"… and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
            raise ImportRefused("\n".join([*told[:_SHOWN], *more, "nothing was published"]))
        for line in bad[:_SHOWN]:
            sys.stderr.write("\n".join(line.wrong) + "\n")
        return [line.record for line in lines if line.record is not None], bad

    def _publish(self, kafka: str, records: list[Event], bad: list[Line]) -> str:
        try:
            return asyncio.run(self._publish_to(kafka, records, bad))
        except (KafkaError, TimeoutError, OSError) as error:
            raise ImportRefused(
                f"the broker at {kafka} did not take it all: {type(error).__name__}"
            ) from None

    async def _publish_to(self, kafka: str, records: list[Event], bad: list[Line]) -> str:
        deletes: list[str] = []
        if self.replace:
            known = await self._known(kafka)
            # A line that was skipped is no word that its record shall go.
            if bad:
                raise ImportRefused("--replace needs a file without bad lines")
            deletes = sorted(known - {record.key() for record in records})
            self._guard(len(deletes), len(known))
        changes: list[tuple[str, str | None]] = [
            (record.key(), record.model_dump_json()) for record in records
        ]
        changes += [(key, None) for key in deletes]
        if self._journal is not None:
            self._journal.append(changes)
        with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task(f"Publishing {self.kind}", total=len(changes))
            await publish(
                kafka,
                self.kind,
                changes,
                idempotence=self._journal is None,
                progress=lambda number: bar.advance(task, number),
            )
        parts = [f"{len(records)} {self.kind} published"]
        parts += [f"{len(deletes)} deleted"] if self.replace else []
        parts += [f"{len(bad)} bad lines skipped"] if bad else []
        return ", ".join(parts)

    def _guard(self, deletes: int, known: int) -> None:
        if deletes > known * _UNASKED_DELETES and self.confirm_deletes != deletes:
            raise ImportRefused(
                f"this would delete {deletes} of {known} {self.kind}: "
                f"if that is meant, add --confirm-deletes {deletes}"
            )

    async def _known(self, kafka: str) -> set[str]:
        """The keys that the directory holds now."""
        if self._journal is not None:
            return {key for key, value in self._journal.state().items() if value is not None}
        topic = KINDS[self.kind].topic
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
        await consumer.start()
        try:
            numbers = consumer.partitions_for_topic(topic.name) or set(range(topic.partitions))
            partitions = [TopicPartition(topic.name, number) for number in numbers]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            keys: set[str] = set()
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    for record in batch:
                        key = (record.key or b"").decode("utf-8", "replace")
                        (keys.discard if record.value is None else keys.add)(key)
            return keys
        finally:
            await consumer.stop()
