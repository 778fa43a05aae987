"""`make faults`: every fault once, seeded. FAULTS=long for two hundred kills, or names."""

import argparse
import asyncio
import random
import secrets
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.nemesis import FAULTS
from tests.faults.run import run, summary

KILLS = ("kill", "kill-at-a-place")
LONG = 200


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("faults", nargs="*", default=["each"], help="each, long, or names")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--pause", type=float, default=12.0, help="seconds that things are away")
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    folder = given.folder or Path(tempfile.mkdtemp(prefix="koppla-faults-"))
    wanted = chosen(given.faults, random.Random(seed))
    unknown = set(wanted) - FAULTS.keys()
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    _say(f"seed {seed}; logs and history in {folder}")
    report = asyncio.run(run(folder, seed, wanted, given.pause, {}, _say))
    text = summary(report)
    (folder / "report.md").write_text(text + "\n")
    sys.stdout.write(text + "\n")
    return 1 if report.findings else 0


def chosen(asked: Sequence[str], chance: random.Random) -> list[str]:
    """The faults of a run, in its order."""
    if list(asked) == ["each"]:
        wanted = sorted(FAULTS)
    elif list(asked) == ["long"]:
        others = [name for name in sorted(FAULTS) if name not in KILLS]
        wanted = [chance.choice(KILLS) for _ in range(LONG)] + others * 2
    else:
        return list(asked)
    chance.shuffle(wanted)
    return wanted


def _say(line: str) -> None:
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
