"""How words are set: the plain-text part in lines of 76 columns, quotations in both.

76 is what every mail program shows without breaking lines of its own, also when it is quoted once.
"""

import re
from collections.abc import Mapping
from textwrap import TextWrapper
from typing import Any

from markupsafe import Markup, escape

WIDTH = 76
_BESIDE = 4  # columns that an indent and a comma may take beside a name
_KEPT = "\x1f"  # a blank at which no line ends; contracts let no control character into a text


def kept(value: Any) -> Any:
    """Names whose blanks end no line, so that a name can be found and copied in one piece.

    value: a text, or texts in lists and mappings. One that is wider than a line is left alone.
    """
    if isinstance(value, str):
        return value if len(value) > WIDTH - _BESIDE else value.replace(" ", _KEPT)
    if isinstance(value, Mapping):
        return {key: kept(item) for key, item in value.items()}
    if isinstance(value, list):
        return [kept(item) for item in value]
    return value


def finished(text: str) -> str:
    """The whole text, its kept blanks as blanks, with one empty line between paragraphs."""
    return re.sub(r"\n{3,}", "\n\n", text.replace(_KEPT, " ")).strip("\n") + "\n"


def wrapped(text: str, indent: str = "") -> str:
    """One paragraph. indent: of its second and further lines. No line begins with a figure, which
    would be torn from what it counts (`databas-ID 100001`, `30 november`)."""
    plain = re.sub(r"[ \n]+", " ", text).strip(" ")
    return _filled(re.sub(r" (?=\d)", _KEPT, plain), "", indent)


def quoted(text: str) -> str:
    """Somebody else's words: every line behind `> `, so that none poses as ours."""
    written = text.replace(_KEPT, " ").splitlines()
    return "\n".join(_filled(line, "> ", "> ") or ">" for line in written)


def lines(text: str) -> Markup:
    """The same for the HTML part, where the place says whose words they are."""
    return Markup("<br>").join(escape(line) for line in text.splitlines())


def _filled(text: str, first: str, further: str) -> str:
    wrapper = TextWrapper(
        WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapper.fill(text)
