"""Which language and which form somebody who follows a link gets."""

from fastapi import Request

from chassis.design.languages import by_preference, chosen, preferred
from contracts.fields import Locale

_HTML = ("text/html", "application/xhtml+xml")
_JSON = ("application/json", "application/problem+json")


def language(request: Request) -> Locale:
    """`?lang=` first, then `Accept-Language`, else Swedish (R47). No cookie: what is public may be
    kept by caches, which know nobody's."""
    return chosen(request) or preferred(request)


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
    for kind in by_preference(request.headers.get("accept", "")):
        if kind in _HTML:
            return "html"
        if kind in _JSON:
            return "json"
    return None
