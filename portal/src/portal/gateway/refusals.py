"""What the gateway refuses, and what can't be had from it."""

from collections.abc import Mapping
from typing import Any

import httpx

from portal.gateway.operations import Part


class GatewayError(Exception):
    """A call came to nothing."""


class Refused(GatewayError):
    """A problem document (RFC 9457).

    code: stable, `UNKNOWN` where the answer holds none. fields: by field, what is wrong (in
    English: for logs and for telling which, never to be shown). retry_after: seconds. location:
    of what stands in the way. more: further members.
    """

    def __init__(
        self,
        status: int,
        code: str,
        part: Part,
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        location: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.part = part
        self.fields = dict(fields or {})
        self.retry_after = retry_after
        self.location = location
        self.more = dict(more or {})


class Unavailable(GatewayError):
    """A part does not answer, or not as it should; whether it did what was asked nobody knows."""

    def __init__(self, part: Part, reason: str) -> None:
        super().__init__(f"{part}: {reason}")
        self.part = part
        self.reason = reason


def of(answer: httpx.Response, part: Part) -> GatewayError:
    """The error of an answer that is no success."""
    problem = _document(answer)
    code = str(problem.get("code", "UNKNOWN"))
    if answer.status_code >= 500 or code == "UNKNOWN":
        return Unavailable(part, f"{answer.status_code} {code}")
    errors = problem.get("errors")
    retry_after = answer.headers.get("retry-after", "")
    return Refused(
        answer.status_code,
        code,
        part,
        fields={
            str(one.get("field")): str(one.get("message"))
            for one in (errors if isinstance(errors, list) else ())
            if isinstance(one, dict)
        },
        retry_after=int(retry_after) if retry_after.isdecimal() else None,
        location=answer.headers.get("location"),
        more=problem,
    )


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
