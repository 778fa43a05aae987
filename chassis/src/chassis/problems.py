"""Refusals and their problem documents (RFC 9457).

A use case raises Refused with a stable code; the edge turns it into a document. Nothing of the
input is echoed, so that no secret and no broken text comes back.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chassis.database import is_transient
from contracts.problem_codes import Code

log = structlog.get_logger(__name__)
# What FastAPI and Starlette raise by themselves.
_CODES = {
    400: Code.MALFORMED_BODY,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.BODY_TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
    503: Code.UNAVAILABLE,
}
MEDIA_TYPE = "application/problem+json"


class Refused(Exception):
    """What was asked for is not done, and why.

    code: stable, for programs. detail: a sentence for people. headers: for example Location.
    more: further members of the document, for example decided_by.
    """

    def __init__(
        self,
        code: Code,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, str]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code.name, detail)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = {**more, **({"errors": errors} if errors is not None else {})}


def invalid(field: str, message: str) -> Refused:
    """INVALID_INPUT that names one field."""
    return Refused(
        Code.INVALID_INPUT,
        f"{field}: {message}",
        errors=[{"field": field, "message": message}],
    )


def document(refused: Refused) -> dict[str, Any]:
    """The problem document's members."""
    body: dict[str, Any] = {
        "type": f"urn:koppla:problem:{refused.code.name.lower().replace('_', '-')}",
        "title": refused.code.title,
        "status": refused.code.status,
        "code": refused.code.name,
    }
    if refused.detail:
        body["detail"] = refused.detail
    return body | refused.more


def response(refused: Refused) -> JSONResponse:
    headers = dict(refused.headers)
    if refused.code is Code.UNAUTHENTICATED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if refused.code is Code.UNAVAILABLE:
        headers.setdefault("Retry-After", "2")
    return JSONResponse(document(refused), refused.code.status, headers, media_type=MEDIA_TYPE)


def _field(location: tuple[Any, ...]) -> str:
    """`body.grants[0].program` without the `body`: the field as the caller knows it."""
    text = ""
    for part in (
        location[1:] if location and location[0] in ("body", "query", "header") else location
    ):
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "body"


def of_validation(error: RequestValidationError) -> Refused:
    """MALFORMED_BODY for what is no JSON; else INVALID_INPUT with every field that is wrong."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return Refused(Code.MALFORMED_BODY)
    errors = [
        {
            "field": _field(tuple(each["loc"])).encode(errors="replace").decode()[:200],
            "message": str(each["msg"])
            .removeprefix("Value error, ")
            .encode(errors="replace")
            .decode()[:500],
        }
        for each in found[:100]
    ]
    named = ", ".join(sorted({each["field"] for each in errors}))
    return Refused(Code.INVALID_INPUT, f"Not valid: {named}"[:1000], errors=errors)


def _of_http(error: HTTPException) -> Refused:
    # FastAPI makes a 400 of whatever reading the body raised, our own limit's refusal too.
    if isinstance(error.__cause__, Refused):
        return error.__cause__
    return Refused(_CODES.get(error.status_code, Code.NOT_FOUND), headers=error.headers)


def unexpected(error: Exception) -> JSONResponse:
    """503 where the database is away, else 500 with the one code outside the contract."""
    if is_transient(error):
        log.warning("unavailable", error=type(error).__name__)
        return response(Refused(Code.UNAVAILABLE))
    log.exception("unexpected_error", exc_info=error)
    body = {
        "type": "about:blank",
        "title": "Something went wrong on our side",
        "status": 500,
        "code": "INTERNAL_ERROR",
    }
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Makes every error of the app a problem document."""

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return response(error)

    async def invalid_input(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return response(of_validation(error))

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return response(_of_http(error))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid_input)
    app.add_exception_handler(HTTPException, http)
