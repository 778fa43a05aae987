"""The guidance page as HTML, and the page for a form that there is not."""

from typing import get_args

from contracts.events.linking import FormKind
from contracts.fields import Locale
from linking.forms.guidance_words import WORDS
from linking.pages.jinja import TEMPLATES

KINDS: tuple[FormKind, ...] = get_args(FormKind)


def guidance(locale: Locale, support_email: str | None) -> str:
    """Which form is for what, who signs it, where to send it, and what happens then (R7)."""
    template = TEMPLATES.get_template("forms/guidance.html")
    return template.render(t=WORDS[locale], locale=locale, kinds=KINDS, support_email=support_email)


def missing(locale: Locale) -> str:
    template = TEMPLATES.get_template("forms/missing.html")
    return template.render(t=WORDS[locale], locale=locale)
