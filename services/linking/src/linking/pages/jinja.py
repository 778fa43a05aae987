"""The templates of all pages, and their style sheet: the design system's."""

from typing import Any

from chassis.design.assets import Assets, stylesheet
from chassis.design.environment import environment, words
from contracts.fields import Locale

ASSETS = Assets("/static/linking", stylesheet())
_TEMPLATES = environment("linking")
_LANGUAGES = (("sv", "Svenska"), ("en", "English"))


def rendered(template: str, locale: Locale, address: str | None, **given: Any) -> str:
    """A page. address: its path, to be had in each language; None for a page without one."""
    languages = (
        []
        if address is None
        else [(code, name, f"{address}?lang={code}") for code, name in _LANGUAGES]
    )
    return _TEMPLATES.get_template(template).render(
        **words("linking", locale),
        assets=ASSETS.addresses,
        body_class="decide",
        languages=languages,
        **given,
    )
