"""The language of a request: asked for, chosen before, preferred by the browser, else Swedish."""

from datetime import timedelta

from fastapi import Request

from chassis.design.catalogue import LOCALES
from contracts.fields import Locale

COOKIE = "koppla_language"
PARAMETER = "lang"
KEPT = timedelta(days=365)


def chosen(request: Request) -> Locale | None:
    """What this very request asks for."""
    return _known(request.query_params.get(PARAMETER, ""))


def language_of(request: Request) -> Locale:
    return chosen(request) or _known(request.cookies.get(COOKIE, "")) or _preferred(request)


def _preferred(request: Request) -> Locale:
    """The best of Accept-Language (RFC 9110, 12.5.4)."""
    wishes = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, _, weight = part.partition(";")
        known = _known(name.strip().partition("-")[0].lower())
        if known is not None:
            wishes.append((-_weight(weight), place, known))
    return min(wishes)[2] if wishes else "sv"


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=")) if text.strip() else 1.0
    except ValueError:
        return 0.0


def _known(text: str) -> Locale | None:
    return next((one for one in LOCALES if one == text), None)
