"""The portal's own client of the API says what the published description says."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from portal.gateway import operations
from portal.gateway.operations import Operation

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/api/openapi.json").read_text("utf-8"))
OPERATIONS: dict[str, Operation[Any]] = {
    name: one for name, one in vars(operations).items() if isinstance(one, Operation)
}
every_operation = pytest.mark.parametrize("name", OPERATIONS)


def _described(operation: Operation[Any]) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        place: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        schema = place
    return schema


def _kinds(schema: dict[str, Any], document: dict[str, Any]) -> set[str]:
    """What JSON a value may be: types, and words of an enumeration as `="word"`."""
    schema = _resolved(schema, document)
    if "anyOf" in schema:
        return {kind for one in schema["anyOf"] for kind in _kinds(one, document)}
    if "enum" in schema or "const" in schema:
        return {f'="{one}"' for one in schema.get("enum", [schema.get("const")])}
    kind = schema.get("type", "object")
    return set(kind) if isinstance(kind, list) else {kind}


def _part(schema: dict[str, Any], kind: str, document: dict[str, Any]) -> dict[str, Any] | None:
    """The alternative of a schema that is an object or a list."""
    schema = _resolved(schema, document)
    for one in schema.get("anyOf", [schema]):
        found = _resolved(one, document)
        if found.get("type", "object") == kind and "enum" not in found and "const" not in found:
            return found
    return None


def _compare(
    ours: dict[str, Any], own: dict[str, Any], theirs: dict[str, Any], place: str, *, answer: bool
) -> list[str]:
    """What differs. answer: theirs comes to us and may hold more; else ours goes to them."""
    a, b = _kinds(ours, own), _kinds(theirs, DOCUMENT)
    taken, given = (a, b) if answer else (b, a)
    plain = {kind for kind in taken if not kind.startswith("=")}
    unknown = {kind for kind in given - taken if not (kind.startswith("=") and "string" in plain)}
    wrong = [f"{place}: {sorted(unknown)} is not expected"] if unknown else []
    items, their_items = _part(ours, "array", own), _part(theirs, "array", DOCUMENT)
    if items and their_items:
        wrong += _compare(items["items"], own, their_items["items"], f"{place}[]", answer=answer)
    fields, their_fields = _part(ours, "object", own), _part(theirs, "object", DOCUMENT)
    if fields and their_fields:
        for name, schema in fields.get("properties", {}).items():
            their = their_fields.get("properties", {}).get(name)
            if their is None:
                wrong.append(f"{place}.{name} is not there")
                continue
            wrong += _compare(schema, own, their, f"{place}.{name}", answer=answer)
        if not answer:
            needed = set(their_fields.get("required", [])) - fields.get("properties", {}).keys()
            wrong += [f"{place}.{name} is needed" for name in sorted(needed)]
    return wrong


def _schema(model: type[BaseModel], *, answer: bool) -> dict[str, Any]:
    return model.model_json_schema(mode="validation" if answer else "serialization")


@every_operation
def test_it_is_described_and_answers_what_we_read(name: str) -> None:
    operation = OPERATIONS[name]
    successes = {
        code: about for code, about in _described(operation)["responses"].items() if code[0] == "2"
    }
    for about in successes.values():
        theirs = about["content"]["application/json"]["schema"]
        ours = _schema(operation.answer, answer=True)
        assert _compare(ours, ours, theirs, name, answer=True) == []
    assert successes


@every_operation
def test_it_takes_what_we_send(name: str) -> None:
    operation = OPERATIONS[name]
    described = _described(operation)
    taken = {(one["name"].lower(), one["in"]) for one in described.get("parameters", [])}
    assert {(one, "query") for one in operation.query} <= taken
    assert (("idempotency-key", "header") in taken) == operation.once
    body = described.get("requestBody")
    if operation.body is None:
        assert body is None or not body.get("required")
        return
    assert body is not None
    ours = _schema(operation.body, answer=False)
    theirs = body["content"]["application/json"]["schema"]
    assert _compare(ours, ours, theirs, name, answer=False) == []


def test_a_field_that_is_not_there_or_of_another_kind_is_found() -> None:
    operation = OPERATIONS["SHOW_REQUEST"]
    ours = _schema(operation.answer, answer=True)
    theirs = _described(operation)["responses"]["200"]["content"]["application/json"]["schema"]
    ours["properties"]["colour"] = {"type": "string"}
    ours["properties"]["version"] = {"type": "string"}
    assert _compare(ours, ours, theirs, "request", answer=True) == [
        "request.version: ['integer'] is not expected",
        "request.colour is not there",
    ]
