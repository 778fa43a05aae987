"""What contracts must never hold: other people's code, and anything that lets somebody in."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import contracts
from contracts.events.catalogue import EVENTS
from contracts.events.event import Event
from contracts.schemas import schemas

SOURCES = sorted(Path(contracts.__path__[0]).rglob("*.py"))
NOW = schemas()
ALLOWED = sys.stdlib_module_names | {"pydantic", "contracts"}
LETS_IN = re.compile(
    r"token|secret|passw|credential|signature|hmac|bearer|jwt|session|cookie|api_?key|url|href"
)


def imported(tree: ast.AST) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            yield str(node.module).split(".")[0]


@pytest.mark.parametrize("source", SOURCES, ids=lambda file: file.name)
def test_contracts_import_pydantic_and_the_standard_library_only(source: Path) -> None:
    assert set(imported(ast.parse(source.read_text("utf-8")))) <= ALLOWED


def test_all_of_contracts_is_looked_at() -> None:
    names = {source.name for source in SOURCES}
    assert {"envelope.py", "fields.py", "link_token.py", "catalogue.py", "schemas.py"} <= names


def field_names(model: Any) -> Iterator[str]:
    """Of a model and all that it may hold."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            yield name
            yield from field_names(field.annotation)
    for argument in get_args(model):
        yield from field_names(argument)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type_name())
def test_no_event_has_a_field_for_what_lets_somebody_in(event: type[Event]) -> None:
    names = set(field_names(event))
    assert names
    assert not [name for name in names if LETS_IN.search(name)]
    # The schema is what others generate their code from: it must not have one either.
    properties = re.findall(r"'(\w+)': \{", str(NOW[event.type_name()]))
    assert not [name for name in properties if LETS_IN.search(name)]


def test_only_the_directory_and_mailing_events_hold_addresses() -> None:
    with_addresses = {event.topic.name for event in EVENTS if "email" in field_names(event)}
    assert with_addresses == {
        "directory.clients.v1",
        "directory.bureaus.v1",
        "linking.requests.v1",
        "linking.links.v1",
    }
