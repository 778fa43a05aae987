"""/docs/operations: every operation of the OpenAPI document in a line, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """roles: who may use it; empty for anyone."""

    method: str
    path: str
    about: str
    roles: list[str]


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    about: str
    operations: list[Operation]

    @property
    def id(self) -> str:
        return self.name.replace(" ", "-")


def parts(document: Mapping[str, Any]) -> list[Part]:
    """In the document's order; each operation below the first of its tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                found[item[method]["tags"][0]].append(_operation(method, path, item[method]))
    return [Part(tag["name"], tag["description"], found[tag["name"]]) for tag in document["tags"]]


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Operation:
    about = " ".join(operation["description"].partition("\n\n")[0].split())
    return Operation(method.upper(), path, about, list(operation.get("x-roles", ())))
