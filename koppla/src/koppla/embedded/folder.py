"""The data folder of one run: its exclusive lock and `run.json`, where to attach."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_LOCK = "lock"
_RUN = "run.json"


class FolderInUse(RuntimeError):
    """Another run holds the folder. Its text is one line that names folder and process."""


class DataFolder:
    """`with DataFolder(path) as folder:` creates the folder and holds it for this process.

    The lock is the kernel's (flock on PATH/lock), so it ends with the process however that
    one ends, and a left-over file means nothing. Raises FolderInUse.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: int | None = None

    def __enter__(self) -> Self:
        if not self.path.exists():
            self.path.mkdir(parents=True)
            # Nobody else lists it, but PostgreSQL, which refuses to be root, may have to pass.
            self.path.chmod(0o711)
        self._lock = self._take()
        # A killed run's file points at a broker and a database that are gone.
        (self.path / _RUN).unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._lock is not None:
            (self.path / _RUN).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def write_run(self, run: dict[str, Any]) -> None:
        """Write `run` as PATH/run.json in one step; readers see all of it or none."""
        draft = self.path / f".{_RUN}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(run, indent=2) + "\n")
        draft.replace(self.path / _RUN)

    def subfolder(self, name: str) -> Path:
        """PATH/`name`, made where it is missing; others may pass it but not list it."""
        path = self.path / name
        path.mkdir(mode=0o711, exist_ok=True)
        return path

    def _take(self) -> int:
        lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        # `read_run` holds the lock for an instant when it asks; that must not turn a run away.
        for patience in (0.01, 0.05, 0.1, None):
            if _try_lock(lock, fcntl.LOCK_EX):
                os.ftruncate(lock, 0)
                os.pwrite(lock, str(os.getpid()).encode(), 0)
                return lock
            if patience is not None:
                time.sleep(patience)
        holder = os.pread(lock, 20, 0).decode(errors="replace")
        os.close(lock)
        by = f" (process {holder})" if holder.isdigit() else ""
        raise FolderInUse(f"{self.path} is in use by another run{by}")


def read_run(path: Path) -> dict[str, Any] | None:
    """What the live run in folder `path` wrote; None when there is none, or none any more."""
    try:
        text = (path / _RUN).read_text()
        lock = os.open(path / _LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        if _try_lock(lock, fcntl.LOCK_SH):
            return None
    finally:
        os.close(lock)
    run: dict[str, Any] = json.loads(text)
    return run


def _try_lock(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
