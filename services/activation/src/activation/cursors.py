"""Where a page of a list in Swedish order ended: its last client's sort key, as one word."""

import base64
import binascii

from activation.swedish import is_sort_key
from chassis.problems import invalid


def write_cursor(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


def read_cursor(cursor: str | None) -> str | None:
    """The sort key; None without a cursor. Raises INVALID_INPUT for what is none of ours."""
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        key = ""
    if not is_sort_key(key):
        raise invalid("cursor", "must be a next_cursor of this list")
    return key
