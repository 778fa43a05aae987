"""Swedish order and caseless search without a collation: the database has no ICU."""

import unicodedata

_LAST = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"}  # ASCII's characters after z
_AS = {"ü": "y", "đ": "d", "ł": "l", "ß": "ss", "þ": "th"}


def sort_key(text: str) -> str:
    """A key in whose code point order names stand as in a Swedish list: … z å ä ö.

    Caseless, other accents dropped; `sort_key(part) in sort_key(name)` is a caseless search.
    """
    return "".join(map(_character, unicodedata.normalize("NFC", text.casefold())))


def _character(character: str) -> str:
    known = _LAST.get(character) or _AS.get(character)
    if known:
        return known
    bare = unicodedata.normalize("NFKD", character)
    return "".join(c for c in bare if not unicodedata.combining(c))
