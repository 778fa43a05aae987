"""Places where a test ends or halts its process, so that no crash is left to chance.

None does anything unless KOPPLA_FAILPOINT arms it: `PLACE=kill@N` or `PLACE=stop@N`, at the N-th
time that the place is reached: SIGKILL, or SIGSTOP until somebody sends SIGCONT. For tests only: an
armed process says so in its log, no profile arms one, and a release, as the image is one, refuses
to start with one.
"""

import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import structlog

from chassis.settings import SettingError

log = structlog.get_logger(__name__)
PLACES = (
    "commit.before",
    "commit.after",
    "publish.before",
    "publish.after",
    "mark.before",
    "mark.after",
    "offsets.before",
    "offsets.after",
    "mail.before",
    "mail.after",
)
"""Around a transaction's commit, the sending of outbox rows, their mark, the commit of consumer
offsets, and the handing over of a mail."""

RELEASE = Path(__file__).resolve().parents[3] / "RELEASE"
"""The mark of a release, which the image's build leaves beside the code."""

_SETTING = "KOPPLA_FAILPOINT"
_SPELT = re.compile(r"(?P<place>[a-z.]+)=(?P<action>kill|stop)@(?P<time>[1-9][0-9]{0,8})")
_ACTIONS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


@dataclass
class _Armed:
    place: str
    action: signal.Signals
    left: int


_armed: _Armed | None = None


def arm(spelt: str | None) -> None:
    """Arms one place of this process; None disarms. Raises SettingError."""
    global _armed
    if not spelt:
        _armed = None
        return
    found = _SPELT.fullmatch(spelt)
    if found is None or found["place"] not in PLACES:
        raise SettingError(f"{_SETTING}: must be PLACE=kill@N or PLACE=stop@N")
    _armed = _Armed(found["place"], _ACTIONS[found["action"]], int(found["time"]))
    log.warning("failpoint_armed", failpoint=spelt)


def arm_from_environment() -> None:
    """Raises SettingError, also where a release is asked to be armed."""
    spelt = os.environ.get(_SETTING)
    if spelt and RELEASE.exists():
        raise SettingError(f"{_SETTING}: is for tests; this is a release")
    arm(spelt)


def reached(place: str) -> None:
    """This process has come to a place."""
    if _armed is None or _armed.place != place:
        return
    _armed.left -= 1
    if _armed.left == 0:
        os.kill(os.getpid(), _armed.action)
