"""The table of pages and states against the tests that look at them, and against its document.

After a change of the table that is meant: `KOPPLA_APPROVE=1 KOPPLA_TEST_BROWSER=1
.venv/bin/python -m pytest tests/browser/test_states.py`.
"""

import ast
import os
from pathlib import Path

from tests.browser.looks import SCHEMES, WIDTHS
from tests.browser.states import GROUPS, STATES

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs/pages/states.md"


def test_every_state_is_looked_at_by_some_test() -> None:
    named = {
        node.value
        for file in HERE.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(STATES.keys() - named) == []


def test_no_state_stands_twice() -> None:
    assert len(STATES) == sum(map(len, GROUPS.values()))


def test_the_document_tells_of_every_state() -> None:
    text = document()
    if os.environ.get("KOPPLA_APPROVE") == "1":
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text, "if this is meant, approve it, see above"


def document() -> str:
    widths, schemes = ", ".join(map(str, WIDTHS)), " and ".join(SCHEMES)
    parts = [
        "# All pages and their states\n",
        f"{len(STATES)} of them, from `tests/browser/states.py`. `make test-browser` looks at each",
        f"and leaves `.pictures/STATE.WIDTH.SCHEME.png`, widths {widths}, {schemes}. `{{}}` stands",
        "for an id.",
    ]
    for title, group in GROUPS.items():
        parts += [f"\n## {title}\n", "| state | address | what is to be seen |", "|---|---|---|"]
        parts += [f"| `{name}` | `{one.address}` | {one.about} |" for name, one in group.items()]
    return "\n".join(parts) + "\n"
