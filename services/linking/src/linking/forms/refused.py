"""What nobody can be shown below /blanketter, as a page."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from chassis.design.refusals import TEMPLATE
from linking.forms.answers import HTML_HEADERS
from linking.forms.guidance import ADDRESS
from linking.pages.jinja import rendered
from linking.pages.negotiation import language
from linking.words import words


def refused(request: Request, status: int, kind: str) -> HTMLResponse:
    """kind: of the design system's refusals."""
    locale = language(request)
    way = (f"{ADDRESS}?lang={locale}", words(locale)("guidance.title"))
    html = rendered(TEMPLATE, locale, ADDRESS, frame="forms/layout.html", kind=kind, way=way)
    headers = {
        **HTML_HEADERS,
        "Cache-Control": "no-store",
        "Content-Language": locale,
        "Vary": "Accept, Accept-Language",
    }
    return HTMLResponse(html, status, headers)
