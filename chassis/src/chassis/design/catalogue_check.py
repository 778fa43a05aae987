"""Finds what is wrong with a package's texts; a test of each package asks it."""

import io
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from itertools import product
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from chassis.design.catalogue import LOCALES
from contracts.fields import Locale

_KEY = r"[a-z0-9_]+(?:\.[a-z0-9_]+)+"
_CALLED = re.compile(rf"""(?<![\w.])(?:_|plural)\(\s*["']({_KEY})["']\s*[,)]""")
_NAMED = re.compile(rf"""["']({_KEY})["']""")
_BEGUN = re.compile(r"""(?:f["']|(?<=[\s(=])["'])([a-z0-9_]+\.[a-z0-9_.]*)(?:\{|["']\s*[~+])""")
"""The beginning of a key that is put together: `f"status.{…}"`, `"status." ~ …`."""


def wrong(package: str, *, computed: Iterable[str] = ()) -> list[str]:
    """Sentences, empty where all is well: keys used and missing, there and unused, untranslated,
    or with other placeholders in another language. A key that is named anywhere in the code counts
    as used.

    computed: every key that is put together at run time, one by one, as `every` gives them: a
    pattern would hide both a value without a text and a text without a value. A place that puts
    keys together of which none is told is named, too.
    """
    catalogues = {locale: _read(package, locale) for locale in LOCALES}
    keys = {locale: {_key(one) for one in found if one.id} for locale, found in catalogues.items()}
    own = set().union(*keys.values())
    folder = Path(str(files(package)))
    used, named, begun = (_keys(folder, kind) for kind in (_CALLED, _NAMED, _BEGUN))
    design = {_key(one) for one in _read("chassis", "sv") if one.id}
    made = set(computed)
    found = [f"{key} is used and in no catalogue" for key in sorted((used | made) - own - design)]
    found += [
        f"{key} is in the catalogues and not used" for key in sorted(own - used - named - made)
    ]
    found += [
        f"{start}… is put together, and nobody tells of what"
        for start in sorted(begun)
        if start.partition(".")[0] in {key.partition(".")[0] for key in own}
        and not any(key.startswith(start) for key in made)
    ]
    for locale in LOCALES:
        found += [f"{key} is not in {locale}" for key in sorted(own - keys[locale])]
        found += [
            f"{_key(one)} in {locale}: {why}" for one in catalogues[locale] if (why := _bad(one))
        ]
        found += [f"{key} is obsolete in {locale}" for key in map(str, catalogues[locale].obsolete)]
    return found + _unlike(catalogues)


def every(form: str, *values: Iterable[str]) -> set[str]:
    """The keys that a place puts together. form: with a `{}` for each of the values, all of which
    meet all: `every("form.{}_{}", KINDS, ("title", "lead"))`."""
    return {form.format(*chosen) for chosen in product(*values)}


def _read(package: str, locale: str) -> Catalog:
    source = files(package) / "locale" / locale / "LC_MESSAGES" / f"{package}.po"
    return read_po(io.BytesIO(source.read_bytes()), locale=locale, abort_invalid=True)


def _keys(folder: Path, pattern: re.Pattern[str]) -> set[str]:
    sources = [*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.jinja")]
    return {key for source in sources for key in pattern.findall(source.read_text("utf-8"))}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> list[str]:
    if isinstance(message.string, str):
        return [message.string]
    return [str(text) for text in message.string or ()]


def _bad(message: Message) -> str | None:
    if not message.id:
        return None
    if message.fuzzy:
        return "is fuzzy"
    return None if all(text.strip() for text in _strings(message)) else "is not translated"


def _unlike(catalogues: Mapping[Locale, Catalog]) -> list[str]:
    first, *others = LOCALES
    found = []
    for message in catalogues[first]:
        for locale in others:
            other = catalogues[locale].get(message.id) if message.id else None
            if other is not None and _placeholders(message) != _placeholders(other):
                found.append(f"{_key(message)}: {locale} has other placeholders than {first}")
    return found


def _placeholders(message: Message) -> set[str]:
    return {name for text in _strings(message) for _, name, _, _ in Formatter().parse(text) if name}
