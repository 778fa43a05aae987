"""Ending what an earlier run left behind.

On Linux children end with their parent, but a database takes a moment to do so; on other
systems they stay. A process is ours when it is the named program *and* works in our folder:
every child is started with its data folder as current directory, which a reused process id
or somebody else's database does not have.
"""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

import psutil

from koppla.embedded.processes import NotStarted
from koppla.waiting import until


def find(folder: Path, program: str) -> list[psutil.Process]:
    """Every live process named `program` whose current directory is `folder` or below it."""
    folder = folder.resolve()
    return [
        process
        for process in psutil.process_iter(["name"])
        if process.info["name"] == program and _works_in(process, folder)
    ]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    # A zombie raises too: it holds nothing any more, and in a container whose first process
    # reaps nobody it stays for ever.
    with suppress(psutil.Error, OSError):
        return Path(process.cwd()).is_relative_to(folder)
    return False


async def end(
    folder: Path, program: str, politely: signal.Signals | None = None, patience: float = 10
) -> None:
    """End every left-over `program` of `folder` and wait until all of them are gone.

    `politely` goes only to those that name the folder on their command line, hence to
    PostgreSQL's postmaster but not to its workers (a worker takes SIGINT for another thing);
    what is left after `patience` seconds is killed. Raises NotStarted when even that fails.
    The caller must hold the folder's lock: a live run's processes look just the same.
    """
    if not find(folder, program):
        return
    if politely is not None:
        _ask(folder, program, politely)
        with suppress(TimeoutError):
            await until(lambda: not find(folder, program), patience)
    for process in find(folder, program):
        with suppress(psutil.Error):
            process.kill()
    try:
        await until(lambda: not find(folder, program), patience)
    except TimeoutError as error:
        raise NotStarted(f"{program} of an earlier run in {folder} can't be ended") from error


def _ask(folder: Path, program: str, politely: signal.Signals) -> None:
    name = str(folder.resolve())
    for process in find(folder, program):
        with suppress(psutil.Error):
            if any(name in word for word in process.cmdline()):
                process.send_signal(politely)
