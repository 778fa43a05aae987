"""Pages for what goes wrong: each says what, why, and the way on."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from chassis.problems import Refused as EdgeRefused
from portal import forms
from portal.forms import Form
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.guards import Forged, SessionGone, WrongRole
from portal.navigation import home
from portal.visit import Visit

log = structlog.get_logger(__name__)
_OF_STATUS = {404: "missing", 405: "missing", 413: "too_large"}
_MISSING = {"NOT_FOUND", "CLIENT_NOT_FOUND", "REQUEST_NOT_FOUND", "LINK_NOT_FOUND"}


def page(
    visit: Visit, kind: str, status: int, *, back: str | None = None, **about: Any
) -> Response:
    """kind: texts `error.KIND.title` and `.body`. back: the page to try again, else her first."""
    onwards = back or (home(visit.session) if visit.session else "/")
    return visit.page(
        "error.html",
        status,
        kind=kind,
        back=onwards,
        retry=bool(back),
        about={"is_lost": False, **about},
    )


def of_gateway(visit: Visit, error: GatewayError, form: Form | None = None) -> Response:
    """The page of a call that came to nothing and whose handler has no better answer. form: what
    was sent; where it may be sent again, it is there when she is back on its page."""
    if isinstance(error, Unavailable):
        lost = _is_lost(visit, form)
        response = page(visit, "unavailable", 503, back=visit.step, part=error.part, is_lost=lost)
        return _kept(visit, response, form)
    assert isinstance(error, Refused)
    # A form stood on a page for which the token was good.
    is_new = form is None and visit.session is not None and visit.session.is_new
    if error.code == "UNAUTHENTICATED" and is_new:
        return _not_accepted(visit, error)
    if error.code == "UNAUTHENTICATED":
        response = visit.to_sign_in(visit.step, form)
        visit.portal.sessions.end(response)
        return response
    if error.code == "RATE_LIMITED":
        seconds = error.retry_after or 60
        kind = "rate_limited_search" if error.part == "search" else "rate_limited"
        about = {"seconds": seconds, "is_lost": _is_lost(visit, form)}
        response = page(visit, kind, 429, back=visit.step, **about)
        response.headers["Retry-After"] = str(seconds)
        return _kept(visit, response, form)
    if error.code in _MISSING:
        return page(visit, "missing", 404)
    if error.status == 403:
        # The directory may lag behind, and what was chosen is good again.
        return _kept(visit, page(visit, "forbidden", 403), form)
    return page(visit, "refused", error.status)


def _not_accepted(visit: Visit, refused: Refused) -> Response:
    """She has just signed in: to do so again would lead here again, and again. She stays signed
    in, so that she can sign out, at the issuer too, and come back as somebody else."""
    log.error("token_refused_after_sign_in", detail=str(refused.more.get("detail", ""))[:200])
    return page(visit, "not_accepted", 403, back=visit.step)


def _is_lost(visit: Visit, form: Form | None) -> bool:
    """Whether what was sent is more than can be kept until it may be sent again."""
    return form is not None and not visit.portal.drafts.fits(visit.step, form)


def _kept(visit: Visit, response: Response, form: Form | None) -> Response:
    if form is not None:
        visit.portal.drafts.keep(response, visit.step, form)
    return response


async def _sent(visit: Visit) -> Form | None:
    """The form of a POST of ours; the visit's step is then the page on which it stands."""
    if visit.request.method != "POST" or visit.session is None:
        return None
    form = await Form.of(visit.request)
    if not forms.matches(form, visit.session.csrf):
        return None
    visit.step = forms.local(form.raw(forms.STEP))
    return form


def _without_slash(request: Request) -> str:
    """The address without a slash too many at the path's end; empty for one that has none. By path
    alone, not by the name that the request gives this host."""
    path = request.url.path
    if request.method not in ("GET", "HEAD") or not path.endswith("/"):
        return ""
    meant = forms.local(path.rstrip("/"), "")
    return f"{meant}?{request.url.query}" if meant and request.url.query else meant


def install(app: FastAPI) -> Callable[[Request], Awaitable[Response]]:
    """Makes every error of the app a page; the one of what nobody expected."""

    def visiting(request: Request) -> Visit:
        return Visit(request, request.app.state.portal)

    async def unexpected(request: Request) -> Response:
        request.scope.setdefault("app", app)
        return page(visiting(request), "unexpected", 500)

    async def session_gone(request: Request, error: Exception) -> Response:
        assert isinstance(error, SessionGone)
        visit = visiting(request)
        if visit.session is not None and error.form is not None:
            fits = visit.portal.drafts.fits(error.step, error.form)
            note = "note.check_and_send" if fits else "note.choose_again"
            response = visit.to(error.step, note=note)
            visit.portal.drafts.keep(response, error.step, error.form)
            return response
        return visit.to_sign_in(error.step, error.form)

    async def wrong_role(request: Request, _: Exception) -> Response:
        return page(visiting(request), "wrong_role", 403)

    async def forged(request: Request, error: Exception) -> Response:
        assert isinstance(error, Forged)
        return page(visiting(request), "forged", 403, back=error.step)

    async def gateway(request: Request, error: Exception) -> Response:
        assert isinstance(error, GatewayError)
        visit = visiting(request)
        form = await _sent(visit)
        return of_gateway(visit, error, form)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and (meant := _without_slash(request)):
            return RedirectResponse(meant, 307)
        if error.status_code == 405 and request.method in ("GET", "HEAD"):
            # An answer to a form stands at an address that only takes forms; Enter in the address
            # bar, or a tab that a phone let go, asks for it: its page is the one above.
            above = request.url.path.rpartition("/")[0]
            return RedirectResponse(forms.local(above), 303)
        kind = _OF_STATUS.get(error.status_code, "refused")
        return page(visiting(request), kind, error.status_code)

    async def of_edge(request: Request, error: Exception) -> Response:
        assert isinstance(error, EdgeRefused)
        status = error.code.status
        return page(visiting(request), _OF_STATUS.get(status, "refused"), status)

    async def invalid(request: Request, _: Exception) -> Response:
        return page(visiting(request), "missing", 404)

    app.add_exception_handler(SessionGone, session_gone)
    app.add_exception_handler(WrongRole, wrong_role)
    app.add_exception_handler(Forged, forged)
    app.add_exception_handler(GatewayError, gateway)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(EdgeRefused, of_edge)
    app.add_exception_handler(RequestValidationError, invalid)
    return unexpected
