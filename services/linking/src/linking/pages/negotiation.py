"""Which language and which form somebody who follows a link gets."""

from fastapi import Request

from chassis.design.languages import chosen, preferred
from chassis.design.refusals import form_asked_for
from contracts.fields import Locale


def language(request: Request) -> Locale:
    """`?lang=` first, then `Accept-Language`, else Swedish (R47). No cookie: what is public may be
    kept by caches, which know nobody's."""
    return chosen(request) or preferred(request)


def names_html(request: Request) -> bool:
    """Whether HTML is asked for by name, and not less than JSON: a browser does."""
    return form_asked_for(request) == "html"


def wants_json(request: Request) -> bool:
    """JSON is asked for by name, or sent and no other form named; all else gets a page."""
    first = form_asked_for(request)
    if first is not None:
        return first == "json"
    return content_type(request) == "application/json"


def content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
