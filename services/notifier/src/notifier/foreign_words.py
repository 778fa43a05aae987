"""Names and messages of others, made harmless for a mail that comes from us."""

import re
from collections.abc import Mapping
from typing import Any

from notifier.header_text import OVERRIDES

_JOINER = "\u2060"  # invisible, and no part of an address
_LOOKS_LIKE_LINK = re.compile(
    r"""
      ([\w.+-]+@[\w.-]+)           # a mail address leads to no page: left alone
    | (?<=:)(?=//)                 # any scheme
    | (?<=\bwww)(?=\.)
    | (?<=\w)(?=\.[^\W\d_]{2})     # a bare domain
    """,
    re.VERBOSE | re.IGNORECASE,
)


def defused(value: Any) -> Any:
    """Text in which mail programs find nothing to make a link of, since an invisible joiner splits
    it, and that doesn't turn the direction in which our own words are read.

    A bureau that is named like a web address would phish in our name. value: a text, or texts in
    lists and mappings.
    """
    if isinstance(value, str):
        plain = "".join(c for c in value if c not in OVERRIDES)
        return _LOOKS_LIKE_LINK.sub(lambda found: found[1] or _JOINER, plain)
    if isinstance(value, Mapping):
        return {key: defused(item) for key, item in value.items()}
    if isinstance(value, list):
        return [defused(item) for item in value]
    return value
