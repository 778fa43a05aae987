"""The pages of the API's documents, by the design system, in the reader's language."""

from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from chassis.design.assets import Assets, asset, stylesheet
from chassis.design.catalogue import texts
from chassis.design.environment import environment, words
from chassis.design.languages import language, remember, switch
from chassis.design.refusals import TEMPLATE

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Cookie, Accept-Language",
}
_WAYS = {
    "/docs": "docs.api",
    "/docs/operations": "docs.operations",
    "/docs/events": "docs.events",
}
_FILES = {"/openapi.json": "OpenAPI", "/asyncapi.json": "AsyncAPI"}
_OWN = files("koppla.api") / "static"


def _read(name: str) -> str:
    return (_OWN / name).read_text("utf-8")


ASSETS = Assets("/docs/static", stylesheet(_read("docs.css")))
AROUND_SWAGGER = Assets(
    "/docs/around",
    asset(
        "swagger",
        "css",
        (files("chassis.design") / "tokens.css").read_text("utf-8") + _read("swagger.css"),
    ),
)
"""Swagger UI's page has the design system's colours and not its components."""


def coded(text: str) -> Markup:
    """Markdown's `code`, the only markup that our descriptions use."""
    parts = [
        Markup("<code>{}</code>").format(part) if place % 2 else Markup("{}").format(part)
        for place, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


_TEMPLATES = environment("koppla.api")
_TEMPLATES.filters["coded"] = coded


def page(request: Request, template: str, status: int = 200, **about: Any) -> HTMLResponse:
    locale, path = language(request), request.url.path
    known = texts("koppla", locale)
    html = _TEMPLATES.get_template(template).render(
        **words("koppla", locale),
        assets=ASSETS.addresses,
        sheet=AROUND_SWAGGER.addresses["css"],
        body_class="work",
        languages=switch(path, request.query_params.multi_items()),
        ways=[
            *((way, known(text), way == path) for way, text in _WAYS.items()),
            *((file, name, False) for file, name in _FILES.items()),
        ],
        **about,
    )
    response = HTMLResponse(html, status, {**HEADERS, "Content-Language": locale})
    remember(request, response)
    return response


def refused(request: Request, status: int, kind: str) -> HTMLResponse:
    """kind: of the design system's refusals."""
    way = ("/docs", texts("koppla", language(request))("docs.api"))
    return page(request, TEMPLATE, status, frame="docs/frame.html", kind=kind, way=way)
