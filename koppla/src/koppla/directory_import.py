"""`koppla import`: checks every line first, keeps it where the broker forgets, publishes."""

import asyncio
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from chassis.kafka import KafkaSettings
from chassis.kafka_access import check_access
from chassis.settings import SettingError, load
from koppla.directory_file import DirectoryFile
from koppla.directory_keys import published_keys
from koppla.directory_lines import Line, read
from koppla.directory_publisher import KINDS, publish
from koppla.embedded.folder import read_run
from koppla.profile import EMBEDDED_KAFKA

Changes = list[tuple[str, str | None]]
_UNASKED_DELETES = 0.01


class ImportRefused(Exception):
    """It did not come to pass; the message says why, a line each."""


@dataclass
class ImportRun:
    """One import. kind: clients or bureaus. confirm_deletes: how many deletions are meant.

    patience: seconds that the broker has to answer, at each step.
    """

    kind: str
    file: Path
    data: Path
    kafka: str | None = None
    replace: bool = False
    confirm_deletes: int | None = None
    skip_invalid: bool = False
    patience: float = 20.0
    _journal: DirectoryFile | None = field(default=None, init=False)

    def run(self) -> str:
        """Publishes and says how much, once the broker has it all. Raises ImportRefused."""
        settings, embedded = self._broker()
        good, skipped = self._read()
        self._journal = DirectoryFile(self.data, self.kind) if embedded else None
        try:
            with self._journal.locked() if self._journal else nullcontext():
                deletes = self._deletes(settings, {key for key, _ in good})
                changes: Changes = [*good, *((key, None) for key in deletes)]
                if self._journal is not None:
                    self._journal.append(changes)
                self._publish(settings, changes)
        except OSError as error:
            raise ImportRefused(f"{self.data}: {error.strerror or error}") from None
        parts = [f"{len(good)} {self.kind} published"]
        parts += [f"{len(deletes)} deleted"] if self.replace else []
        parts += [f"{skipped} bad lines skipped"] if skipped else []
        return ", ".join(parts)

    def _broker(self) -> tuple[KafkaSettings, bool]:
        """Where it is, how it knows us, and whether it is the run's own that forgets."""
        run = read_run(self.data)
        address, embedded = self.kafka, False
        if run is not None and address in (None, run["kafka"]):
            address, embedded = str(run["kafka"]), bool(run.get("embedded_kafka"))
        if address is None:
            raise ImportRefused(f"nothing runs in {self.data}: start `koppla up`, or give --kafka")
        try:
            settings = load(KafkaSettings, kafka=address, **(EMBEDDED_KAFKA if embedded else {}))
            asyncio.run(check_access(settings))
        except SettingError as error:
            raise ImportRefused(str(error)) from None
        return settings, embedded

    def _read(self) -> tuple[Changes, int]:
        """What to publish, and how many bad lines were left out."""
        try:
            lines = list(read(self.file, KINDS[self.kind]))
        except OSError as error:
            raise ImportRefused(f"{self.file}: {error.strerror or error}") from None
        bad = [line for line in lines if line.wrong]
        told = [what for line in bad for what in line.wrong]
        good = [(line.key, line.value) for line in lines if line.key is not None]
        if bad and self.replace:
            # A line that is skipped is no word that its record shall go.
            told.append("--replace needs a file without bad lines")
        if bad and (self.replace or not self.skip_invalid or not good):
            raise ImportRefused("\n".join([*told, "nothing was published"]))
        _warn(*told, *_of_unknown(lines))
        return [*good], len(bad)

    def _deletes(self, settings: KafkaSettings, kept: set[str]) -> list[str]:
        """The keys that --replace deletes; refused where they are many and nobody said so."""
        if not self.replace:
            return []
        known = self._known(settings)
        deletes = sorted(known - kept)
        if len(deletes) > len(known) * _UNASKED_DELETES and self.confirm_deletes != len(deletes):
            raise ImportRefused(
                f"this would delete {len(deletes)} of {len(known)} {self.kind}: "
                f"if that is meant, add --confirm-deletes {len(deletes)}"
            )
        return deletes

    def _known(self, settings: KafkaSettings) -> set[str]:
        """The keys that the directory holds now."""
        if self._journal is not None:
            return {key for key, value in self._journal.state().items() if value is not None}
        try:
            topic = KINDS[self.kind].topic
            return asyncio.run(published_keys(settings, topic, self.patience))
        except (KafkaError, OSError) as error:
            raise ImportRefused(
                f"the broker at {settings.kafka} does not tell what it has: {type(error).__name__}"
            ) from None

    def _publish(self, settings: KafkaSettings, changes: Changes) -> None:
        console = Console(stderr=True)
        with Progress(console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task(f"Publishing {self.kind}", total=len(changes))
            publishing = publish(
                settings,
                self.kind,
                changes,
                progress=lambda number: bar.advance(task, number),
                patience=self.patience,
            )
            try:
                asyncio.run(publishing)
            except (KafkaError, OSError) as error:
                kept = "; it is kept, and published when `koppla up` starts next"
                raise ImportRefused(
                    f"the broker at {settings.kafka} did not take it all: {type(error).__name__}"
                    + (kept if self._journal else "")
                ) from None


def _of_unknown(lines: list[Line]) -> list[str]:
    # Ignored as everywhere (a later version may have more), but told: it may be a slip of the pen.
    names = sorted({name for line in lines for name in line.unknown})
    return [f"left out, as no such field is known: {', '.join(map(repr, names))}"] if names else []


def _warn(*told: str) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in told))
