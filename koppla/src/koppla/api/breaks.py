"""Whether the HTTP API as it is now still suits the clients of a released OpenAPI document.

Schemas are compared by contracts.compatibility; here lies what a direction means. What a client
sends must still be taken, so a request may not narrow. What a client is answered must still be
understood, so an answer may not widen. New operations, optional fields, fields of answers and
problem codes are free.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.api_document import operations
from chassis.problems import MEDIA_TYPE
from contracts.compatibility import Difference, differences

Part = Mapping[str, Any]
_NAME = re.compile(r"\{[^}]*\}")


def breaks(old: Part, new: Part) -> list[str]:
    """What breaks from old to new, a line each; both are OpenAPI documents. Empty: nothing does."""
    before, after = _by_address(old), _by_address(new)
    found: list[str] = []
    for address, operation in before.items():
        if address not in after:
            found.append(f"{address}: the operation is gone")
            continue
        comparison = _Comparison(old, new)
        found += [f"{address}{what}" for what in comparison.of(operation, after[address])]
    return found


def _by_address(document: Part) -> dict[str, Part]:
    """Operations by `GET /v1/links/{}`: how a path's parameter is called, no client sees."""
    return {
        f"{method.upper()} {_NAME.sub('{}', path)}": operation
        for path, method, operation in operations(document)
    }


class _Comparison:
    """Of one operation in two documents."""

    def __init__(self, old: Part, new: Part) -> None:
        self._old = old
        self._new = new

    def of(self, old: Part, new: Part) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f": operationId {old['operationId']} became {new['operationId']}"
        yield from _callers(old, new)
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                codes = _codes(_found(answer, self._old))
                yield f" {status}: the answer is gone" + (f" ({', '.join(codes)})" if codes else "")
                continue
            before, after = _found(answer, self._old), _found(new["responses"][status], self._new)
            for what in self._answer(before, after):
                yield f" {status}{what}"

    def _parameters(self, old: Part, new: Part) -> Iterator[str]:
        before, after = _named(old), _named(new)
        for name, parameter in before.items():
            if name not in after:
                yield f" {name}: the parameter is gone"
                continue
            if after[name].get("required") and not parameter.get("required"):
                yield f" {name}: the parameter is required now"
            for difference in self._differences(parameter["schema"], after[name]["schema"]):
                if difference.narrows:
                    yield f" {name}{difference}"
        for name, parameter in after.items():
            if name not in before and parameter.get("required"):
                yield f" {name}: a new parameter must be optional"

    def _body(self, old: Part | None, new: Part | None) -> Iterator[str]:
        if old is None or new is None:
            if old is not None:
                yield " request: the body is gone"
            elif new is not None and new.get("required"):
                yield " request: a body is required now"
            return
        if new.get("required") and not old.get("required"):
            yield " request: the body is required now"
        for kind, content in old["content"].items():
            if kind not in new["content"]:
                yield f" request: {kind} is no longer taken"
                continue
            schema, schema_now = content.get("schema", {}), new["content"][kind].get("schema", {})
            for difference in self._differences(schema, schema_now):
                if difference.narrows:
                    yield f" request{difference}"

    def _answer(self, old: Part, new: Part) -> Iterator[str]:
        for code in _codes(old):
            if code not in _codes(new):
                yield f": {code} is gone"
        for name in old.get("headers", {}):
            if name not in new.get("headers", {}):
                yield f": the header {name} is gone"
        for kind, content in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f": {kind} is no longer answered"
                continue
            schema, schema_now = content.get("schema", {}), new["content"][kind].get("schema", {})
            for difference in self._differences(schema, schema_now):
                # Codes may come, and which are gone has been said.
                is_code = kind == MEDIA_TYPE and difference.where == ".code"
                if not is_code and _breaks_an_answer(difference):
                    yield str(difference)

    def _differences(self, old: Part, new: Part) -> Iterator[Difference]:
        return differences(
            old,
            new,
            self._old["components"].get("schemas", {}),
            self._new["components"].get("schemas", {}),
        )


def _breaks_an_answer(difference: Difference) -> bool:
    # A value that no longer comes is a promise that is no longer kept: who waits for it waits on.
    return difference.widens or difference.word == "enum"


def _callers(old: Part, new: Part) -> Iterator[str]:
    if new.get("security") and not old.get("security"):
        yield ": a token is needed now"
    for role in old.get("x-roles", ()):
        if new.get("security") and role not in new.get("x-roles", ()):
            yield f": {role} may no longer call it"


def _named(operation: Part) -> dict[str, Part]:
    """Parameters by where and name; those of the path by their place."""
    found: dict[str, Part] = {}
    for parameter in operation.get("parameters", ()):
        where = str(parameter["in"])
        place = sum(name.startswith("path ") for name in found) + 1
        name = str(place) if where == "path" else str(parameter["name"]).lower()
        found[f"{where} {name}"] = parameter
    return found


def _codes(answer: Part) -> list[str]:
    schema = answer.get("content", {}).get(MEDIA_TYPE, {}).get("schema", {})
    return list(schema.get("properties", {}).get("code", {}).get("enum", ()))


def _found(answer: Part, document: Part) -> Part:
    """The answer itself, where it is named among the components."""
    if "$ref" not in answer:
        return answer
    named: Part = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return named
