"""The language of a request: asked for, chosen before, preferred by the browser, else Swedish."""

from collections.abc import Iterable
from urllib.parse import urlencode

from fastapi import Request, Response

from chassis.design.catalogue import LOCALES
from contracts.fields import Locale

COOKIE = "koppla_language"
_KEPT_S = 365 * 24 * 3600
NAMES: dict[Locale, str] = {"sv": "Svenska", "en": "English"}


def chosen(request: Request) -> Locale | None:
    """The language in the address, if it is one of ours."""
    return _ours(request.query_params.get("lang", ""))


def language(request: Request) -> Locale:
    """`?lang=`, then the cookie, then `Accept-Language`, then Swedish (R47)."""
    kept = _ours(request.cookies.get(COOKIE, ""))
    return chosen(request) or kept or preferred(request)


def preferred(request: Request) -> Locale:
    """What the browser prefers of ours, else Swedish."""
    for tag in by_preference(request.headers.get("accept-language", "")):
        found = _ours(tag.partition("-")[0])
        if found is not None:
            return found
    return "sv"


def switch(path: str, query: Iterable[tuple[str, str]] = ()) -> list[tuple[Locale, str, str]]:
    """(code, name, address) of a page in each language, as `design/page.html` takes them. query:
    what else the page is asked by; a language in it is left out."""
    asked = [one for one in query if one[0] != "lang"]
    return [
        (code, name, f"{path}?{urlencode([*asked, ('lang', code)])}")
        for code, name in NAMES.items()
    ]


def remember(request: Request, response: Response) -> None:
    """The language that was just asked for is that of the next page too, here and in the portal."""
    locale = chosen(request)
    if locale is not None:
        is_secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, locale, _KEPT_S, httponly=True, samesite="lax", secure=is_secure
        )


def by_preference(header: str) -> list[str]:
    """The values of an Accept header (RFC 9110, 12.4), the most wanted first; those with q=0 left
    out."""
    weighed: list[tuple[float, str]] = []
    for part in header.split(",")[:50]:
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if value and 0 < weight <= 1:
            weighed.append((weight, value))
    return [value for _, value in sorted(weighed, key=lambda pair: -pair[0])]


def _ours(tag: str) -> Locale | None:
    return next((one for one in LOCALES if one == tag), None)
