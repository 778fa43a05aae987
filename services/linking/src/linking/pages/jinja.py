"""The templates of all pages, and their style sheet: the design system's."""

from typing import Any

from chassis.design.assets import Assets, stylesheet
from chassis.design.environment import environment, words
from chassis.design.languages import switch
from contracts.fields import Locale

ASSETS = Assets("/static/linking", stylesheet())
_TEMPLATES = environment("linking")


def rendered(
    template: str,
    locale: Locale,
    address: str | None,
    *,
    support_email: str | None = None,
    **given: Any,
) -> str:
    """A page. address: its path, to be had in each language; None for a page without one.
    support_email: whom to ask, if that is told."""
    return _TEMPLATES.get_template(template).render(
        **words("linking", locale),
        assets=ASSETS.addresses,
        body_class="decide",
        languages=[] if address is None else switch(address),
        support_email=support_email,
        **given,
    )
