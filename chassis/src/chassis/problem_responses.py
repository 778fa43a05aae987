"""Problem documents as OpenAPI describes them: one response for each status of an operation.

Its schema enumerates exactly the codes that the operation may answer with that status, and each
has an example.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from chassis import problems
from chassis.problems import Refused
from contracts.problem_codes import Code
from contracts.problem_members import EXTRAS, Extra

_REQUEST_ID = {"$ref": "#/components/headers/X-Request-Id"}
_ORDER = {code: place for place, code in enumerate(Code)}


def by_status(codes: Iterable[Code]) -> dict[str, tuple[Code, ...]]:
    """The codes in their contract's order, by status as OpenAPI writes it: `404`."""
    ordered = sorted(set(codes), key=lambda code: (code.status, _ORDER[code]))
    grouped = groupby(ordered, key=lambda code: code.status)
    return {str(status): tuple(of_status) for status, of_status in grouped}


def name(codes: Iterable[Code]) -> str:
    """The response's name among the components: `ForbiddenOrBureauExcluded`."""
    return "Or".join(code.name.title().replace("_", "") for code in codes)


def response(codes: tuple[Code, ...]) -> dict[str, Any]:
    """The response of one status. codes: all of that status, at least one."""
    extras = [EXTRAS.get(code, Extra()) for code in codes]
    headers = {
        header: {"description": says, "schema": {"type": "string"}}
        for extra in extras
        for header, says in extra.headers.items()
    }
    return {
        "description": "; ".join(f"`{code.name}`: {code.title}" for code in codes),
        "headers": {**headers, "X-Request-Id": _REQUEST_ID},
        "content": {
            problems.MEDIA_TYPE: {
                "schema": _schema(codes, extras),
                "examples": {
                    code.name: {"summary": code.title, "value": _example(code)} for code in codes
                },
            }
        },
    }


def _schema(codes: tuple[Code, ...], extras: Iterable[Extra]) -> dict[str, Any]:
    further: dict[str, Any] = {}
    for extra in extras:
        further |= extra.members
    return {
        "type": "object",
        "title": "Problem",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "description": "A URN of the code."},
            "title": {"type": "string", "description": "What the code says, for people."},
            "status": {"type": "integer", "enum": [codes[0].status]},
            "code": {"type": "string", "enum": [code.name for code in codes]},
            "detail": {"type": "string", "description": "What it is this time, for people."},
            **further,
        },
    }


def _example(code: Code) -> Mapping[str, Any]:
    example = EXTRAS.get(code, Extra()).example
    return {**problems.document(Refused(code)), **example}
