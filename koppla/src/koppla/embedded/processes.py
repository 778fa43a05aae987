"""Child processes that end with their parent, even when that one is killed with -9."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside when its program starts again


class NotStarted(RuntimeError):
    """A program could not be started. Its text is one line, fit for a terminal."""


class Child:
    """A running child process and the log file that has its stdout and stderr."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self.pid = process.pid
        self.log = log

    @property
    def returncode(self) -> int | None:
        """None while it runs; -N when signal N ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it has ended; answers the return code."""
        return await self._process.wait()

    async def stop(self, *steps: tuple[signal.Signals, float]) -> int:
        """Send each signal and give it its seconds; SIGKILL when none of them helped.

        Also kills when cancelled, so no caller can leave a child behind. Answers the return code.
        """
        try:
            for number, seconds in steps:
                self.send(number)
                try:
                    return await asyncio.wait_for(self._process.wait(), seconds)
                except TimeoutError:
                    continue
        finally:
            self.send(signal.SIGKILL)
        return await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send one signal; nothing happens where the process has ended already."""
        if self._process.returncode is None:
            # asyncio swallows ProcessLookupError and reaps in order, so no reused pid is hit.
            self._process.send_signal(number)

    def last_words(self) -> str:
        """The last line of its log, for an error message; never empty."""
        lines = self.log.read_text(errors="replace").split("\n")[-50:]
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


async def spawn(
    argv: Sequence[str | Path],
    *,
    cwd: Path,
    log: Path,
    env: Mapping[str, str] | None = None,
    when_orphaned: signal.Signals = signal.SIGKILL,
) -> Child:
    """Start `argv` in `cwd` with stdout and stderr appended to `log` and no stdin.

    It gets a session of its own, so that Ctrl-C in the terminal reaches only the parent, which
    then stops its children in order. When the parent ends without doing so, the kernel sends
    `when_orphaned` (Linux only; elsewhere `left_overs.end` does it at the next start).
    Raises NotStarted when the program can't be run, RuntimeError outside the main thread.
    """
    if sys.platform == "linux" and threading.current_thread() is not threading.main_thread():
        # The parent-death signal fires when the *thread* that forked ends, not the process.
        raise RuntimeError("children are started from the main thread only")
    with _open_log(log) as output:
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=cwd,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_between_fork_and_exec(when_orphaned),
            )
        except OSError as error:
            raise NotStarted(f"{argv[0]} can't be run: {error.strerror}") from error
    return Child(process, log)


def _open_log(log: Path) -> BinaryIO:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))
    return log.open("ab")


def _between_fork_and_exec(when_orphaned: signal.Signals) -> Callable[[], None]:
    """What the child does before it becomes the program.

    All that imports, loads or allocates is done here, before the fork: another thread of the
    parent may hold a lock at that moment, and in the child nobody would ever release it.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    number = int(when_orphaned)

    def prepare() -> None:
        # A parent started with `&` or nohup may ignore SIGINT; a child that inherited that
        # would stay deaf to the signal that has to end it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:  # it ended before prctl, so no signal will ever come
                os._exit(1)

    return prepare
