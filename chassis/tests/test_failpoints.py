"""Failpoints: off by default, exact when armed, and a wrong setting is one line."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chassis import failpoints
from chassis.settings import SettingError

_THREE_TIMES = """
from chassis import failpoints
failpoints.arm_from_environment()
for number in range(3):
    failpoints.reached("mark.before")
    print(number, flush=True)
"""


def _run(**environment: str) -> tuple[int, str]:
    ended = subprocess.run(
        [sys.executable, "-c", _THREE_TIMES], capture_output=True, text=True, env=environment
    )
    return ended.returncode, ended.stdout.split("\n")[-2] if ended.stdout else ""


def test_a_process_is_killed_at_the_named_place_and_time() -> None:
    code, last = _run(KOPPLA_FAILPOINT="mark.before=kill@3")
    assert (code, last) == (-signal.SIGKILL, "1")


def test_nothing_happens_elsewhere_or_unarmed() -> None:
    assert _run() == (0, "2")
    assert _run(KOPPLA_FAILPOINT="mark.after=kill@1")[0] == 0


@pytest.mark.parametrize(
    "spelt", ["nowhere=kill@1", "mark.before", "mark.before=kill@0", "mark.before=melt@1"]
)
def test_a_wrong_setting_is_said_in_one_line(spelt: str) -> None:
    with pytest.raises(SettingError, match=r"^KOPPLA_FAILPOINT: must be"):
        failpoints.arm(spelt)


def test_a_release_refuses_to_be_armed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "RELEASE", tmp_path / "RELEASE")
    monkeypatch.setenv("KOPPLA_FAILPOINT", "mark.before=kill@900000000")
    (tmp_path / "RELEASE").touch()
    with pytest.raises(SettingError, match=r"^KOPPLA_FAILPOINT: is for tests; this is a release$"):
        failpoints.arm_from_environment()
    monkeypatch.delenv("KOPPLA_FAILPOINT")
    failpoints.arm_from_environment()
