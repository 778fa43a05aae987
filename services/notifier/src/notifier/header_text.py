"""Text that is about to enter a mail's header.

Python 3.11's email package decodes `=?…?=` in what it is given, and what comes out, line breaks
included, it may write as headers of its own (CPython issues 83938, 121650).
"""

import unicodedata

# Overrides of the writing direction: they make a subject read as something that it isn't.
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def header_text(text: str) -> str:
    """The text on one line, without control characters and without encoded words."""
    plain = "".join(_character(c) for c in text if c not in OVERRIDES)
    # Once is enough: the blank that is put in can't make a new `=?`.
    return " ".join(plain.replace("=?", "= ?").split())


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "\ufffd" if category == "Cs" else character
