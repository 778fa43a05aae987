"""What problem documents of some codes say beside type, title, status, code and detail.

A description for readers of the API, in JSON Schema; what is sent is made where it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.events.event import Person
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class Extra:
    """members: JSON Schema of each further member. headers: what each header of the answer says.

    example: values of the members, and a detail for people.
    """

    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)


_FIELD = {
    "type": "object",
    "required": ["field", "message"],
    "properties": {
        "field": {
            "type": "string",
            "description": "As in the body, for example `grants[0].program`.",
        },
        "message": {"type": "string"},
    },
}
_PERSON = Person.model_json_schema()
_RETRY_AFTER = "Whole seconds to wait before the next attempt."

EXTRAS: Mapping[Code, Extra] = {
    Code.UNAUTHENTICATED: Extra(headers={"WWW-Authenticate": "Always `Bearer`."}),
    Code.METHOD_NOT_ALLOWED: Extra(headers={"Allow": "The methods that the address knows."}),
    Code.DUPLICATE_REQUEST: Extra(headers={"Location": "The pending request."}),
    Code.ALREADY_DECIDED: Extra(
        members={
            "request_status": {"type": "string", "description": "What became of the request."},
            "decided_by": {
                "description": "Who was first; null where the clock decided.",
                "anyOf": [_PERSON, {"type": "null"}],
            },
            "decided_at": {"type": ["string", "null"], "format": "date-time"},
        },
        example={
            "request_status": "accepted",
            "decided_by": {"user_id": "asa.oberg", "name": "Åsa Öberg", "side": "client"},
            "decided_at": "2026-03-02T09:14:07.512345Z",
        },
    ),
    Code.INVALID_INPUT: Extra(
        members={
            "errors": {
                "type": "array",
                "description": "Every field that is wrong, and why.",
                "items": _FIELD,
            }
        },
        example={
            "detail": "Not valid: tenant_id",
            "errors": [{"field": "tenant_id", "message": "must be 1 to 12 digits"}],
        },
    ),
    Code.ORG_NUMBER_INVALID: Extra(example={"detail": "the check digit is wrong"}),
    Code.RATE_LIMITED: Extra(headers={"Retry-After": _RETRY_AFTER}),
    Code.UNAVAILABLE: Extra(headers={"Retry-After": _RETRY_AFTER}),
}
"""By code; a code that is not here has nothing more to say."""
