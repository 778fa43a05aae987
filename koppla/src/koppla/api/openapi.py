"""One OpenAPI document of all services: what the gateway serves and docs/api/openapi.json holds."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI

from chassis.api_document import operations
from koppla.api.texts import DESCRIPTION, PARAMETERS, TAGS


def merged(apps: Iterable[FastAPI]) -> dict[str, Any]:
    """The document. Raises ValueError where two services mean different things by one name."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for app in apps:
        document = _published(copy.deepcopy(app.openapi()))
        _add("path", paths, document.get("paths", {}))
        for kind, named in document["components"].items():
            _add(f"{kind} component", components.setdefault(kind, {}), named)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Koppla",
            "version": "1",
            "summary": "Access to a client's books for its accounting bureau",
            "description": DESCRIPTION,
        },
        "servers": [{"url": "/", "description": "The gateway that serves this document"}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {kind: dict(sorted(named.items())) for kind, named in components.items()},
    }
    for _, _, operation in operations(whole):
        for parameter in operation.get("parameters", ()):
            _explain(parameter)
    return whole


def _add(kind: str, known: dict[str, Any], more: dict[str, Any]) -> None:
    for name, said in more.items():
        if known.setdefault(name, said) != said:
            raise ValueError(f"two services mean different things by the {kind} {name}")


def _explain(parameter: dict[str, Any]) -> None:
    says, example = PARAMETERS.get(parameter["name"], (None, None))
    if says is not None and "description" not in parameter:
        parameter["description"] = says
        if example is not None:
            parameter["example"] = example


def _published(document: dict[str, Any]) -> dict[str, Any]:
    """`LinkRequestOut` is the code's word for a `LinkRequest` that goes out; readers need none."""
    known = document["components"].setdefault("schemas", {})
    shorter = {
        name: name.removesuffix("Out")
        for name in known
        if name.endswith("Out") and name.removesuffix("Out") not in known
    }
    components = document["components"]
    components["schemas"] = {shorter.get(name, name): it for name, it in known.items()}
    _rename(document, shorter)
    return document


def _rename(part: Any, shorter: Mapping[str, str]) -> None:
    """Everything that is named after a schema: examples, and what leads to either."""
    if isinstance(part, dict):
        if isinstance(named := part.get("examples"), dict):
            part["examples"] = {_short(name, shorter): it for name, it in named.items()}
        if isinstance(reference := part.get("$ref"), str):
            place, _, name = reference.rpartition("/")
            part["$ref"] = f"{place}/{_short(name, shorter)}"
        for value in part.values():
            _rename(value, shorter)
    elif isinstance(part, list):
        for value in part:
            _rename(value, shorter)


def _short(name: str, shorter: Mapping[str, str]) -> str:
    """A model's second example is called `Model.2`."""
    model, dot, number = name.partition(".")
    return f"{shorter.get(model, model)}{dot}{number}"
