"""Directory records as JSON lines: an object a line, UTF-8."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Found = dict[str, Any] | str
"""The fields of one record, or why there are none."""


class Unreadable(ValueError):
    """What is wrong with a piece of JSON; the message quotes no value of it."""


def json_lines(path: Path) -> Iterator[tuple[int, Found]]:
    """Each record with its line's number; blank lines are passed over. Raises OSError."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                yield number, f"record: not UTF-8 (byte {error.start + 1})"
                continue
            if text.strip():
                yield number, _object(text.rstrip())


def _object(text: str) -> Found:
    try:
        value = parsed(text)
    except Unreadable as error:
        return str(error)
    return value if isinstance(value, dict) else "record: not a JSON object"


def parsed(text: str) -> Any:
    """The value of a JSON text; raises Unreadable, and nothing else."""
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise Unreadable(f"record: not JSON: {error.msg} (column {error.colno})") from None
    except Unreadable:
        raise
    except (ValueError, RecursionError):  # a number of thousands of digits; [[[[[…
        raise Unreadable("record: not JSON that can be read") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Parsers differ in which of two they take, so nobody can say what was meant.
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"{twice if twice.isprintable() else 'a field'}: stands twice")
    return value
