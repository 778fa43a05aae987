"""DIR/directory: what was imported is on disk before anybody is told so."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from contracts.events.directory import ClientRecord
from koppla.directory_file import DirectoryFile
from koppla.waiting import until


def value(name: str) -> str:
    return ClientRecord(tenant_id="1", org_number="5564696291", name=name).model_dump_json()


def path_of(data: Path) -> Path:
    return data / "directory" / "clients.jsonl"


@pytest.fixture
def file(tmp_path: Path) -> DirectoryFile:
    return DirectoryFile(tmp_path / "data", "clients")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return path_of(tmp_path / "data")


def test_a_folder_where_nothing_was_imported_is_empty(file: DirectoryFile, path: Path) -> None:
    assert file.is_empty()
    assert file.state() == {}
    assert not path.exists()


def test_what_was_appended_is_the_state_to_the_byte(file: DirectoryFile) -> None:
    changes = [("1", value("Åkeri & \"Co\" \\ 'Ö' 👋 AB")), ("2", value("B")), ("3", None)]
    file.append(changes)
    assert not file.is_empty()
    assert list(file.state().items()) == changes


def test_the_newest_change_of_a_key_counts_and_stands_last(file: DirectoryFile) -> None:
    file.append([("1", value("A")), ("2", value("B"))])
    file.append([("1", value("C")), ("2", None)])
    file.append([("2", value("D")), ("1", None)])
    assert list(file.state().items()) == [("2", value("D")), ("1", None)]


def test_compacting_keeps_the_state_and_nothing_else(file: DirectoryFile, path: Path) -> None:
    for name in ("A", "B", "C"):
        file.append([("1", value(name)), ("2", value(name)), ("3", None)])
    before = file.state()
    assert file.compact() == before
    assert file.state() == before
    assert len(path.read_bytes().splitlines()) == 3
    once = path.read_bytes()
    file.compact()
    assert path.read_bytes() == once


def test_a_deletion_outlives_compacting(file: DirectoryFile) -> None:
    # The broker is new, the services' tables are not: they must be told again.
    file.append([("1", value("A"))])
    file.append([("1", None)])
    assert file.compact() == {"1": None}
    assert file.state() == {"1": None}


def test_compacting_nothing_is_no_error(file: DirectoryFile) -> None:
    assert file.compact() == {}
    assert file.is_empty()


@pytest.mark.parametrize("cut", [1, 2, 10, 40])
def test_a_line_torn_by_a_crash_is_no_change(file: DirectoryFile, path: Path, cut: int) -> None:
    file.append([("1", value("A")), ("2", value("B"))])
    torn = path.read_bytes()
    last = torn.splitlines(keepends=True)[-1]
    path.write_bytes(torn[: len(torn) - len(last) + cut])
    assert file.state() == {"1": value("A")}
    # What comes after it begins on a line of its own.
    file.append([("3", value("C"))])
    assert file.state() == {"1": value("A"), "3": value("C")}
    assert file.compact() == {"1": value("A"), "3": value("C")}
    assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_a_line_that_lacks_its_line_feed_only_is_whole(file: DirectoryFile, path: Path) -> None:
    file.append([("1", value("A"))])
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    file.append([("2", value("B"))])
    assert file.state() == {"1": value("A"), "2": value("B")}


def test_a_line_torn_within_a_letter_is_no_change(file: DirectoryFile, path: Path) -> None:
    file.append([("1", value("A"))])
    with path.open("ab") as raw:
        raw.write('{"key": "2", "value": {"name": "Å'.encode()[:-1])
    assert file.state() == {"1": value("A")}


def test_a_draft_left_over_by_a_crash_does_no_harm(file: DirectoryFile, path: Path) -> None:
    file.append([("1", value("A"))])
    path.with_suffix(".draft").write_bytes(b"x" * 10_000)
    assert file.state() == {"1": value("A")}
    assert file.compact() == {"1": value("A")}
    assert not path.with_suffix(".draft").exists()


def test_the_file_is_its_owners_only(file: DirectoryFile, path: Path) -> None:
    with file.locked():
        file.append([("1", value("A"))])
        file.compact()
    for made in path.parent.iterdir():
        assert made.stat().st_mode & 0o077 == 0, made.name


def test_what_is_appended_is_synced_and_so_is_its_folder(
    file: DirectoryFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    monkeypatch.setattr("os.fsync", watched)
    file.append([("1", value("A"))])
    written, folder, data = (one.stat().st_ino for one in (path, path.parent, path.parent.parent))
    assert synced == [data, written, folder]
    synced.clear()
    file.append([("2", value("B"))])
    assert synced == [written, folder]


def test_kinds_are_kept_apart(tmp_path: Path) -> None:
    clients, bureaus = (DirectoryFile(tmp_path, kind) for kind in ("clients", "bureaus"))
    clients.append([("1", value("A"))])
    assert bureaus.is_empty()
    with clients.locked(), bureaus.locked():
        bureaus.append([("b-1", None)])
    assert clients.state() == {"1": value("A")}


HOLDER = """
import sys
from pathlib import Path
from koppla.directory_file import DirectoryFile

file = DirectoryFile(Path(sys.argv[1]), "clients")
sys.stdout.write("waits\\n")
sys.stdout.flush()
with file.locked():
    sys.stdout.write("holds\\n")
    sys.stdout.flush()
    sys.stdin.readline()
    file.append([(sys.argv[2], None)])
"""


class Holder:
    """Another process, which says when it has the lock and appends when it is told to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, data: Path, key: str) -> "Holder":
        pipe = asyncio.subprocess.PIPE
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", HOLDER, str(data), key), stdin=pipe, stdout=pipe
            )
        )

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode().strip())

    async def says(self, word: str) -> None:
        await until(lambda: word in self.said, what=f"the other process to say {word}")

    async def waits_for_the_lock(self) -> None:
        """Until the kernel lists it among those who wait; `->` says so (man 5 proc_locks)."""
        mark = f" {self.process.pid} "

        def blocked() -> bool:
            if not Path("/proc/locks").exists():
                return True  # not Linux: nothing to look at
            locks = Path("/proc/locks").read_text().splitlines()
            return any("->" in line and "FLOCK" in line and mark in line for line in locks)

        await until(blocked, what="the other process to wait")

    async def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()
        assert await self.process.wait() == 0
        await self._reading

    async def killed(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self._reading


async def test_two_processes_wait_for_each_other(tmp_path: Path) -> None:
    first = await Holder.start(tmp_path, "1")
    await first.says("holds")
    second = await Holder.start(tmp_path, "2")
    await second.says("waits")
    await second.waits_for_the_lock()
    assert second.said == ["waits"]
    await first.go_on()
    await second.says("holds")
    await second.go_on()
    assert list(DirectoryFile(tmp_path, "clients").state()) == ["1", "2"]


async def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    first = await Holder.start(tmp_path, "1")
    await first.says("holds")
    await first.killed()
    second = await Holder.start(tmp_path, "2")
    await second.says("holds")
    await second.go_on()
    assert list(DirectoryFile(tmp_path, "clients").state()) == ["2"]
