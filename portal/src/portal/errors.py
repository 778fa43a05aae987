"""Pages for what goes wrong: each says what, why, and the way on."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.problems import Refused as EdgeRefused
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.guards import Forged, SessionGone, WrongRole
from portal.navigation import home
from portal.visit import Visit

_OF_STATUS = {404: "missing", 405: "missing", 413: "too_large"}
_MISSING = {"NOT_FOUND", "CLIENT_NOT_FOUND", "REQUEST_NOT_FOUND", "LINK_NOT_FOUND"}


def page(
    visit: Visit, kind: str, status: int, *, back: str | None = None, **about: Any
) -> Response:
    """kind: texts `error.KIND.title` and `.body`. back: the page to try again, else her first."""
    onwards = back or (home(visit.session) if visit.session else "/")
    return visit.page("error.html", status, kind=kind, back=onwards, retry=bool(back), about=about)


def of_gateway(visit: Visit, error: GatewayError) -> Response:
    """The page of a call that came to nothing and whose handler has no better answer."""
    if isinstance(error, Unavailable):
        return page(visit, "unavailable", 503, back=visit.step, part=error.part)
    assert isinstance(error, Refused)
    if error.code == "UNAUTHENTICATED":
        response: Response = visit.to_sign_in(visit.step)
        visit.portal.sessions.end(response)
        return response
    if error.code == "RATE_LIMITED":
        response = page(visit, "rate_limited", 429, seconds=error.retry_after or 60)
        response.headers["Retry-After"] = str(error.retry_after or 60)
        return response
    if error.code in _MISSING:
        return page(visit, "missing", 404)
    if error.status == 403:
        return page(visit, "forbidden", 403)
    return page(visit, "refused", error.status)


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
            response = visit.to(error.step, note="note.check_and_send")
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
        return of_gateway(visiting(request), error)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
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
