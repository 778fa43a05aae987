"""The pages of the API's documents, by the design system, in the reader's language."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from chassis.design.assets import Assets, stylesheet
from chassis.design.catalogue import texts
from chassis.design.environment import environment, words
from chassis.design.languages import language, remember, switch
from chassis.design.refusals import TEMPLATE

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
ASSETS = Assets("/docs/static", stylesheet())
_TEMPLATES = environment("koppla.api")


def page(request: Request, template: str, status: int = 200, **about: Any) -> HTMLResponse:
    locale = language(request)
    html = _TEMPLATES.get_template(template).render(
        **words("koppla", locale),
        assets=ASSETS.addresses,
        body_class="work",
        languages=switch(request.url.path, request.query_params.multi_items()),
        **about,
    )
    headers = {**HEADERS, "Content-Language": locale, "Vary": "Accept, Cookie, Accept-Language"}
    response = HTMLResponse(html, status, headers)
    remember(request, response)
    return response


def refused(request: Request, status: int, kind: str) -> HTMLResponse:
    """kind: of the design system's refusals."""
    way = ("/docs", texts("koppla", language(request))("docs.title"))
    return page(request, TEMPLATE, status, frame="docs/frame.html", kind=kind, way=way)
