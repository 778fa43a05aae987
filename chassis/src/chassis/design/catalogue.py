"""Texts of pages in gettext catalogues: keys in the code, words in `locale/LOCALE/LC_MESSAGES`.

The .po files are read at start and compiled in memory: there is no .mo to forget.
"""

import gettext
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup

from contracts.fields import Locale

BABEL: dict[Locale, str] = {"sv": "sv_SE", "en": "en_GB"}
"""Names for Babel."""
LOCALES: tuple[Locale, ...] = get_args(Locale)
_MARKUP = "_html"


class Texts:
    """A language's texts, called with a key and what its placeholders stand for.

    A key that ends in `_html` gives markup, its values escaped; any other plain text. Raises
    KeyError for an unknown key or a placeholder that nothing was given for.
    """

    def __init__(self, locale: Locale, found: gettext.NullTranslations) -> None:
        self.locale = locale
        self._found = found

    def __call__(self, key: str, **given: Any) -> str:
        return _filled(key, self._found.gettext(key), given)

    def plural(self, key: str, number: int, **given: Any) -> str:
        """The form for a number, which its text may hold as {number}: `12 345`."""
        shown = format_decimal(number, locale=BABEL[self.locale])
        return _filled(key, self._found.ngettext(key, key, number), {"number": shown, **given})

    def raw(self, key: str) -> str:
        """The text with its placeholders as they are."""
        return self._found.gettext(key)

    def has(self, key: str) -> bool:
        try:
            self._found.gettext(key)
        except KeyError:
            return False
        return True


def _filled(key: str, text: str, given: Mapping[str, Any]) -> str:
    if key.endswith(_MARKUP):
        return Markup(text).format(**given)  # noqa: S704 (our own text; values are escaped)
    return text.format(**given)


class _Unknown(gettext.NullTranslations):
    """Behind all catalogues: a key that none has is a mistake, and not its own text."""

    def gettext(self, message: str) -> NoReturn:
        raise KeyError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise KeyError(msgid1)


@cache
def texts(package: str, locale: Locale) -> Texts:
    """The texts of a package, which has PACKAGE/locale/LOCALE/LC_MESSAGES/PACKAGE.po; behind them
    the design system's own. Raises FileNotFoundError where there is none."""
    found = _read(package, locale)
    if package != "chassis":
        found.add_fallback(_read("chassis", locale))
    found.add_fallback(_Unknown())
    return Texts(locale, found)


def _read(package: str, locale: Locale) -> gettext.GNUTranslations:
    source = files(package) / "locale" / locale / "LC_MESSAGES" / f"{package}.po"
    catalogue = read_po(io.BytesIO(source.read_bytes()), locale=locale, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
