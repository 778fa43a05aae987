"""DIR/directory: what was imported, on disk, since the embedded broker forgets on exit.

A file per kind, `clients.jsonl` and `bureaus.jsonl`: a line per change, {"key", "value"}, value
null for a deletion; the newest of a key counts. `koppla import` appends and fsyncs before it
publishes; `koppla up` publishes what the file says.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

Changes = Iterable[tuple[str, str | None]]
"""(key, the record's JSON or None for a deletion)."""


class DirectoryFile:
    """kind: clients or bureaus."""

    def __init__(self, data: Path, kind: str) -> None:
        self._path = data / "directory" / f"{kind}.jsonl"

    def _ensure_folder(self) -> None:
        folder = self._path.parent
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _sync(folder.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One import at a time, and none while what is on disk is published again: or an older
        record could overtake a newer one."""
        self._ensure_folder()
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def append(self, changes: Changes) -> None:
        """Adds changes and returns when they are on the disk itself. Raises OSError."""
        self._ensure_folder()
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            self._end_torn_line(file.fileno())
            for key, value in changes:
                file.write(_line(key, value))
            file.flush()
            os.fsync(file.fileno())
        # Each time: whoever made the file may have been killed before it came to this.
        _sync(self._path.parent)

    def state(self) -> dict[str, str | None]:
        """The newest change of each key, deletions included. A torn last line is no change: its
        import never answered."""
        newest: dict[str, str | None] = {}
        if not self._path.exists():
            return newest
        with self._path.open("rb") as file:
            for line in file:
                try:
                    change = json.loads(line)
                    key, value = change["key"], change["value"]
                except (ValueError, KeyError, TypeError):
                    continue
                newest.pop(key, None)
                newest[key] = None if value is None else _json(value)
        return newest

    def compact(self) -> dict[str, str | None]:
        """Rewrites the file with the newest change of each key, in one step; returns them."""
        newest = self.state()
        self._ensure_folder()
        draft = self._path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for key, value in newest.items():
                file.write(_line(key, value))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        _sync(self._path.parent)
        return newest

    def is_empty(self) -> bool:
        return not self._path.exists() or self._path.stat().st_size == 0

    @staticmethod
    def _end_torn_line(descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, b"\n")


def _line(key: str, value: str | None) -> bytes:
    return b'{"key": %s, "value": %s}\n' % (
        json.dumps(key).encode(),
        b"null" if value is None else value.encode(),
    )


def _json(value: object) -> str:
    """The bytes that pydantic wrote: published again, a record is the same to the last of them."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
