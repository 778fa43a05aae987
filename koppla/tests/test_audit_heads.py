"""Heads of the audit trail, as they are written to a file and read again."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from contracts.audit_chain import Head
from koppla.audit import HeadsUnreadable, read_heads, write_heads

HEADS = {
    "-": Head(1, "ab", datetime(2026, 3, 25, 12, tzinfo=UTC), ((1, date(2026, 3, 25)),)),
    "100001": Head(
        7,
        "cd",
        datetime(2026, 3, 26, 12, 0, 0, 1, tzinfo=UTC),
        ((2, date(2026, 3, 25)), (5, date(2026, 3, 26))),
    ),
}


def test_what_was_exported_is_read_again(tmp_path: Path) -> None:
    write_heads(HEADS, tmp_path / "heads")
    assert read_heads(tmp_path / "heads") == HEADS
    assert read_heads(None) == {}


@pytest.mark.parametrize(
    "said",
    ["", "x", "[]", "{}", '{"chain": "1", "seq": 1, "hash": "a", "at": "2026-03-25T12:00:00"}'],
)
def test_what_are_no_heads_is_said(said: str, tmp_path: Path) -> None:
    file = tmp_path / "heads"
    file.write_text(said, "utf-8")
    with pytest.raises(HeadsUnreadable, match="not heads of an audit trail"):
        read_heads(file)
