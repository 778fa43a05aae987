"""Every operation of a service × every kind of caller, as one table."""

from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import FastAPI

CALLERS = ("anonymous", "admin", "consultant", "foreign", "support", "ops", "platform")
"""Nobody; an admin and a consultant of the bureau; an admin of another bureau; the rest."""

_LETTERS = {401: "x", 403: "f", 404: "n"}


def guarded(app: FastAPI) -> set[str]:
    """The app's operations that ask for a bearer token, as `GET /v1/links`."""
    return {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "put", "delete") and operation.get("security")
    }


async def row(
    http: httpx.AsyncClient,
    operation: str,
    callers: Mapping[str, dict[str, str]],
    ids: Mapping[str, str],
    body: Any,
) -> tuple[str, list[str]]:
    """A letter per caller: x 401, f 403, n 404, o for whatever else, which must be no 5xx; and
    what was answered to the foreign bureau."""
    method, _, path = operation.partition(" ")
    letters, told = "", []
    for caller in CALLERS:
        answer = await http.request(
            method,
            path.format(**ids),
            headers=callers[caller],
            json=body if method != "GET" else None,
        )
        assert answer.status_code < 500, (operation, caller, answer.text)
        letters += _LETTERS.get(answer.status_code, "o")
        if caller == "foreign":
            told.append(answer.text)
    return letters, told
