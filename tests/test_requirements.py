"""Every requirement that is built has a test that names it, so that nobody builds past one."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILT = {f"R{number}" for number in range(1, 48)}
BUILT |= {f"D{number}" for number in range(1, 12)}


def test_every_requirement_that_is_built_is_named_by_a_test() -> None:
    cited: set[str] = set()
    for path in ROOT.rglob("test_*.py"):
        inside = path.relative_to(ROOT).parts
        if ".venv" not in inside and path != Path(__file__):
            cited |= set(re.findall(r"\b[RD]\d{1,2}\b", path.read_text()))
    assert sorted(BUILT - cited) == []
