"""Cursors survive the way there and back, and nothing else does."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linking.cursors import Cursor, CursorError

ID = UUID("0190b6c2-5d6e-7c3a-9b1f-2f6d0a4c8e11")


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back(moment: datetime) -> None:
    cursor = Cursor("-created_at", moment, ID)
    assert Cursor.parse(str(cursor), "-created_at", timed=True) == cursor


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_a_name_comes_back(name: str) -> None:
    cursor = Cursor("client_name", name, ID)
    assert Cursor.parse(str(cursor), "client_name", timed=False) == cursor


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_nothing_else_is_a_cursor(text: str) -> None:
    with pytest.raises(CursorError):
        Cursor.parse(text, "-created_at", timed=True)


@pytest.mark.parametrize(
    "value",
    [
        ["created_at", True, "2026-01-01T00:00:00+00:00", str(ID)],
        ["-created_at", True, "2026-01-01T00:00:00", str(ID)],
        ["-created_at", True, "0001-01-01T00:00:00+23:59", str(ID)],
        ["-created_at", True, 5, str(ID)],
        ["-created_at", True, "2026-01-01T00:00:00+00:00", 5],
        ["-created_at", False, "x", str(ID)],
        {},
        5,
    ],
)
def test_another_lists_or_a_made_up_one_is_refused(value: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    with pytest.raises(CursorError):
        Cursor.parse(text, "-created_at", timed=True)


def test_a_name_with_nul_or_a_lone_surrogate_is_refused() -> None:
    for raw in (b'["client_name",false,"\\u0000","%b"]', b'["client_name",false,"\\ud800","%b"]'):
        text = base64.urlsafe_b64encode(raw % str(ID).encode()).decode()
        with pytest.raises(CursorError):
            Cursor.parse(text, "client_name", timed=False)
