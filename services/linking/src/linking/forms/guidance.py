"""The guidance page as HTML, and the page for a form that there is not."""

from typing import get_args

from contracts.events.linking import FormKind
from contracts.fields import Locale
from linking.pages.jinja import rendered

ADDRESS = "/blanketter"
KINDS: tuple[FormKind, ...] = get_args(FormKind)


def guidance(locale: Locale, support_email: str | None) -> str:
    """Which form is for what, who signs it, where to send it, and what happens then (R7)."""
    return rendered(
        "forms/guidance.html", locale, ADDRESS, kinds=KINDS, support_email=support_email
    )


def missing(locale: Locale) -> str:
    return rendered("forms/missing.html", locale, ADDRESS)
