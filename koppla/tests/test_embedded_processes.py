"""Child processes: bounded stop, signals, and ends that nobody asked for."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from koppla.embedded import left_overs
from koppla.embedded.processes import Child, NotStarted, spawn
from koppla.waiting import until

_STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


async def _python(tmp_path: Path, script: str) -> Child:
    child = await spawn([sys.executable, "-c", script], cwd=tmp_path, log=tmp_path / "log")
    await until(lambda: "ready" in child.log.read_text())
    return child


async def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    child = await _python(tmp_path, _STUBBORN)
    assert await child.stop((signal.SIGTERM, 0.05)) == -signal.SIGKILL


async def test_a_stopped_child_can_be_stopped_again(tmp_path: Path) -> None:
    child = await _python(tmp_path, "import time; print('ready', flush=True); time.sleep(600)")
    assert await child.stop((signal.SIGTERM, 60)) == -signal.SIGTERM
    assert await child.stop((signal.SIGTERM, 60)) == -signal.SIGTERM


async def test_ctrl_c_in_the_terminal_reaches_only_the_parent(tmp_path: Path) -> None:
    child = await _python(tmp_path, _STUBBORN)
    try:
        assert os.getpgid(child.pid) != os.getpgid(0)
    finally:
        await child.stop()


async def test_a_program_that_is_missing_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match=r"^/no/such/program can't be run: No such file.*$"):
        await spawn(["/no/such/program"], cwd=tmp_path, log=tmp_path / "log")


async def test_what_works_in_another_folder_is_no_left_over(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "run", tmp_path / "run-2"
    for folder in (ours, theirs):
        folder.mkdir()
    a, b = await _python(ours, _STUBBORN), await _python(theirs, _STUBBORN)
    try:
        [process] = left_overs.find(ours, _name(a))
        assert process.pid == a.pid
        await left_overs.end(ours, _name(a), politely=signal.SIGTERM, patience=0.1)
        assert await a.wait() == -signal.SIGKILL
        assert b.returncode is None
    finally:
        await b.stop()
        await a.stop()


def _name(child: Child) -> str:
    return str(psutil.Process(child.pid).name())
