"""The templates of an app beside the design system's: escaped, and nothing may be missing."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from chassis.design.catalogue import texts
from chassis.design.formats import Formats
from contracts.fields import Locale


def environment(package: str) -> Environment:
    """Of a package with a folder `templates`, beside `design/page.html` and `design/parts.html`."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("chassis.design")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def words(package: str, locale: Locale) -> dict[str, Any]:
    """What every template is given: `locale`, `_` and `plural` (texts), `formats`."""
    found = texts(package, locale)
    return {"locale": locale, "_": found, "plural": found.plural, "formats": Formats(locale)}
