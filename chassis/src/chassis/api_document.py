"""The OpenAPI document of a service, with what holds for every route and FastAPI does not know.

A route says `allow` or `public`, and `refuses` for the codes of its own. The rest follows: who may
call it, the codes that come by themselves, and the examples that stand beside the models.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_fields_from_routes
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, JsonValue

from chassis import problem_responses
from chassis.idempotency import HEADER as IDEMPOTENCY_KEY
from contracts.problem_codes import Code

_CODES = "x-problem-codes"
_ANSWER = "x-answer"
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A JWT of the configured issuer, with `sub`, `roles` and, for people of a"
    " bureau, `bureau_id`.",
}
_FASTAPIS_WORDS = "Successful Response"
_LOCATION = {"description": "What was made.", "schema": {"type": "string"}}
_REQUEST_ID = {
    "description": "The request in our logs; name it when you ask about an answer.",
    "schema": {"type": "string", "format": "uuid"},
}
_WITH_BODY = (
    Code.MALFORMED_BODY,
    Code.BODY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE,
    Code.INVALID_INPUT,
)
# Requirement numbers are for those who read the code: ` (R16, R17)`.
_REQUIREMENTS = re.compile(r"\s*\((?:[RD]\d+(?:[–-][RD]?\d+)?(?:,\s*)?)+\)")


def of_route(
    endpoint: Any, allowed: frozenset[str] | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What a route tells FastAPI: given, with summary, description, who may call, and codes.

    allowed: roles, None for anyone. The codes, and an example of the answer, stand in members of
    ours until the document is made.
    """
    said = given.get("description") or endpoint.__doc__ or ""
    lines = " ".join(_REQUIREMENTS.sub("", said).replace("\n\n", "\0").split()).split("\0")
    roles = sorted(allowed or ())
    who = f"For {', '.join(f'`{role}`' for role in roles)}." if roles else "For anyone."
    codes: tuple[Code, ...] = getattr(endpoint, "__refuses__", ())
    marks: dict[str, Any] = {_CODES: [code.name for code in codes], "security": []}
    if hasattr(endpoint, "__answers__"):
        # As text, since FastAPI drops each null.
        marks[_ANSWER] = json.dumps(endpoint.__answers__)
    if allowed is not None:
        marks |= {"security": [{"bearer": []}], "x-roles": roles}
    return {
        **given,
        "summary": given.get("summary") or endpoint.__name__.replace("_", " ").capitalize(),
        "description": "\n\n".join(line.strip() for line in [*lines, who] if line.strip()),
        "openapi_extra": {**marks, **(given.get("openapi_extra") or {})},
    }


def with_examples(
    *examples: Mapping[str, Any], extra: Literal["ignore", "forbid"] = "ignore"
) -> ConfigDict:
    """A model's configuration; the examples are shown where it is a body or an answer."""
    shown: list[JsonValue] = [dict(each) for each in examples]
    return ConfigDict(json_schema_extra={"examples": shown}, extra=extra)


def operation_id(route: APIRoute) -> str:
    """The function's name as other languages write it: `create_link_request` → camelCase."""
    first, *rest = route.name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class DescribedApp(FastAPI):
    """A FastAPI app whose document tells all that a client meets."""

    _plain: dict[str, Any] | None = None
    _described: dict[str, Any]

    def openapi(self) -> dict[str, Any]:
        plain = super().openapi()
        if plain is not self._plain:
            self._plain, self._described = plain, _described(plain, _examples(self))
        return self._described


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method in lower case, operation) of all that a document describes."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield path, method, operation


def _described(plain: Mapping[str, Any], examples: Mapping[str, list[Any]]) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(dict(plain))
    components = document.setdefault("components", {})
    schemas = components.get("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        _tidy(schema)
    shown: dict[str, Any] = {}
    responses: dict[str, Any] = {}
    for _, _, operation in operations(document):
        _parameters(operation)
        _answer(operation)
        for content in _contents(operation):
            _show(content, examples, shown)
        _responses(operation, responses)
    components["examples"] = dict(sorted(shown.items()))
    components["headers"] = {"X-Request-Id": _REQUEST_ID}
    components["responses"] = dict(sorted(responses.items()))
    components["securitySchemes"] = {"bearer": _BEARER}
    return document


def _tidy(schema: Any) -> None:
    """Without titles, which repeat the names, and examples, which have lost their nulls."""
    for noise in ("title", "examples"):
        if not isinstance(schema.get(noise), dict):
            schema.pop(noise, None)
    if isinstance(schema.get("description"), str):
        schema["description"] = _REQUIREMENTS.sub("", schema["description"])
    for part in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        _tidy(part)
    if "items" in schema:
        _tidy(schema["items"])


def _parameters(operation: dict[str, Any]) -> None:
    """Nobody can send null in a query or a header: what may be left out is said by `required`."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        _tidy(schema)
        kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            del schema["anyOf"]
            parameter["schema"] = {**kinds[0], **schema}
            parameter["schema"].pop("default", None)


def _contents(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is sent and what is answered, each with its schema; problem documents not yet."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).values()


def _answer(operation: dict[str, Any]) -> None:
    """Shows the route's own example of its success."""
    if _ANSWER in operation:
        example = json.loads(operation.pop(_ANSWER))
        success = next(it for status, it in operation["responses"].items() if status[0] == "2")
        success["content"]["application/json"]["example"] = example


def _show(
    content: dict[str, Any], examples: Mapping[str, list[Any]], components: dict[str, Any]
) -> None:
    """Adds the examples that stand beside the models, unless the route has its own."""
    if {"example", "examples"} & content.keys():
        return
    schema = content.get("schema", {})
    for kind in schema.get("anyOf", [schema]):
        model = kind.get("$ref", "").rpartition("/")[2]
        for number, value in enumerate(examples.get(model, ()), 1):
            name = model if number == 1 else f"{model}.{number}"
            components[name] = {"value": value}
            said = content.setdefault("examples", {})
            said[name] = {"$ref": f"#/components/examples/{name}"}


def _responses(operation: dict[str, Any], components: dict[str, Any]) -> None:
    said = operation["responses"]
    said.pop("422", None)
    for status, answer in said.items():
        if answer["description"] == _FASTAPIS_WORDS:
            answer["description"] = HTTPStatus(int(status)).phrase
        headers = answer.setdefault("headers", {})
        headers["X-Request-Id"] = {"$ref": "#/components/headers/X-Request-Id"}
        if status == "201":
            headers["Location"] = _LOCATION
    for status, codes in problem_responses.by_status(_codes(operation)).items():
        name = problem_responses.name(codes)
        components[name] = problem_responses.response(codes)
        said[status] = {"$ref": f"#/components/responses/{name}"}


def _codes(operation: dict[str, Any]) -> Iterator[Code]:
    """Its own, and those that come by themselves."""
    yield from (Code[name] for name in operation.pop(_CODES))
    yield Code.UNAVAILABLE
    if operation["security"]:
        yield from (Code.UNAUTHENTICATED, Code.FORBIDDEN)
    if "requestBody" in operation:
        yield from _WITH_BODY
    for parameter in operation.get("parameters", ()):
        # An address that can't be one of ours, such as one with a NUL, is a 404.
        yield Code.NOT_FOUND if parameter["in"] == "path" else Code.INVALID_INPUT
        # Without a body there is no other one.
        if parameter["name"] == IDEMPOTENCY_KEY and "requestBody" in operation:
            yield Code.IDEMPOTENCY_KEY_REUSED


def _examples(app: FastAPI) -> dict[str, list[Any]]:
    """The models' examples by the model's name. From the models, since FastAPI drops each null."""
    found: dict[str, list[Any]] = {}
    for field in get_fields_from_routes(app.routes):
        for model in _models(field.field_info.annotation):
            extra = model.model_config.get("json_schema_extra")
            if isinstance(extra, dict) and isinstance(given := extra.get("examples"), list):
                found[model.__name__] = given
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    arguments: Iterable[Any] = get_args(annotation)
    for argument in arguments:
        yield from _models(argument)
