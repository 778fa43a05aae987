"""Which language and which form somebody who follows a link gets."""

from typing import cast, get_args

from fastapi import Request

from contracts.fields import Locale

_HTML = ("text/html", "application/xhtml+xml")
_JSON = ("application/json", "application/problem+json")


def language(request: Request) -> Locale:
    """`?lang=` first, then `Accept-Language`, else Swedish (R47)."""
    asked = chosen(request)
    if asked is not None:
        return asked
    wanted = _by_preference(request.headers.get("accept-language", ""))
    for tag in wanted:
        primary = tag.partition("-")[0]
        if primary in get_args(Locale):
            return cast(Locale, primary)
    return "sv"


def chosen(request: Request) -> Locale | None:
    """The language in the address, if it is one of ours."""
    asked = request.query_params.get("lang")
    return cast(Locale, asked) if asked in get_args(Locale) else None


def names_html(request: Request) -> bool:
    """Whether HTML is asked for by name, and not less than JSON: a browser does."""
    return _first(request) == "html"


def wants_json(request: Request) -> bool:
    """JSON is asked for by name, or sent and no other form named; all else gets a page."""
    first = _first(request)
    if first is not None:
        return first == "json"
    return content_type(request) == "application/json"


def content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _first(request: Request) -> str | None:
    for kind in _by_preference(request.headers.get("accept", "")):
        if kind in _HTML:
            return "html"
        if kind in _JSON:
            return "json"
    return None


def _by_preference(header: str) -> list[str]:
    """The values of an Accept header, the most wanted first; those with q=0 left out."""
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
