"""Golden samples: what has been said must be understood by every later version of the code."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import jsonschema
import pytest
from pydantic import BaseModel

from contracts.envelope import Envelope
from contracts.events.catalogue import EVENTS, of_topic
from contracts.events.event import Event, Part
from contracts.schemas import HOME, schema_of
from contracts.topics import TOPICS

FOLDER = HOME / "golden"
BY_NAME = {event.type_name(): event for event in EVENTS}
FILES = sorted(FOLDER.glob("*.v1.json"))
FULL = [file for file in FILES if ".minimal" not in file.name]
MINIMAL = [file for file in FILES if ".minimal" in file.name]


def name_of(file: Path) -> str:
    return file.name.split(".")[0]


def sample(file: Path) -> tuple[type[Event], dict[str, Any]]:
    return BY_NAME[name_of(file)], json.loads(file.read_text("utf-8"))


def parts_of(annotation: Any) -> Iterator[type[Part]]:
    """The models that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from parts_of(argument)


def optional_fields(model: type[BaseModel]) -> set[str]:
    """The names of fields that may be absent, in the model or in its parts."""
    found = {name for name, field in model.model_fields.items() if not field.is_required()}
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            found |= optional_fields(part)
    return found


def places(value: BaseModel) -> Iterator[tuple[str, BaseModel]]:
    """The event and every part in it, each with its place."""
    yield "", value
    for name in type(value).model_fields:
        held = getattr(value, name)
        for one in held if isinstance(held, tuple) else (held,):
            if isinstance(one, BaseModel):
                for place, part in places(one):
                    yield f"{name}.{place}", part


def test_every_event_has_its_samples() -> None:
    assert {name_of(file) for file in FULL} == BY_NAME.keys()
    with_options = {name for name, event in BY_NAME.items() if optional_fields(event)}
    assert {name_of(file) for file in MINIMAL} == with_options


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sample_is_read_and_written_as_the_same_json(file: Path) -> None:
    event, record = sample(file)
    read = event.model_validate_json(json.dumps(record["value"]))
    # What a later version adds would be absent here, not wrong: it is left out again.
    assert json.loads(read.model_dump_json(exclude_unset=True)) == record["value"]
    whole = json.loads(read.model_dump_json())
    assert (
        whole.items()
        >= {
            name: said
            for name, said in record["value"].items()
            if not any(parts_of(event.model_fields[name].annotation))
        }.items()
    )
    assert event.model_validate_json(json.dumps(whole)) == read


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sample_has_the_key_that_its_topic_says(file: Path) -> None:
    event, record = sample(file)
    said = [record["value"][field] for field in event.topic.key.split(":")]
    assert record["key"] == ":".join(said)
    assert event.model_validate(record["value"]).key() == record["key"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sample_has_the_headers_of_binary_mode(file: Path) -> None:
    event, record = sample(file)
    headers = [(name, value.encode()) for name, value in record["headers"].items()]
    envelope = Envelope.of(headers)
    assert envelope.headers() == headers
    assert envelope.type == event.type_name()
    assert envelope.source == event.topic.name.split(".")[0]
    assert envelope.id.version == 7
    assert (envelope.traceparent is None) == (file in MINIMAL)
    assert record["headers"]["content-type"] == "application/json"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_unknown_fields_are_ignored_wherever_they_stand(file: Path) -> None:
    event, record = sample(file)

    def with_more(value: Any) -> Any:
        if isinstance(value, dict):
            more = {name: with_more(held) for name, held in value.items()}
            return {**more, "ny_uppgift": {"från": "en senare version"}}
        return [with_more(held) for held in value] if isinstance(value, list) else value

    read = event.model_validate_json(json.dumps(with_more(record["value"])))
    assert read == event.model_validate(record["value"])
    assert "ny_uppgift" not in read.model_dump_json()


@pytest.mark.parametrize("file", FULL, ids=lambda file: file.stem)
def test_a_full_sample_says_every_field(file: Path) -> None:
    event, record = sample(file)
    for place, part in places(event.model_validate(record["value"])):
        silent = type(part).model_fields.keys() - part.model_fields_set
        assert not silent, f"{file.name}: {place} lacks {silent}"


@pytest.mark.parametrize("file", MINIMAL, ids=lambda file: file.stem)
def test_a_minimal_sample_says_no_optional_field(file: Path) -> None:
    event, record = sample(file)
    for place, part in places(event.model_validate(record["value"])):
        needed = {name for name, field in type(part).model_fields.items() if field.is_required()}
        assert part.model_fields_set == needed, f"{file.name}: {place}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sample_meets_the_json_schema(file: Path) -> None:
    event, record = sample(file)
    schema = schema_of(event)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(record["value"])


def test_the_samples_keep_swedish_letters_as_they_are() -> None:  # R47
    texts = [file.read_text("utf-8") for file in FILES]
    for letter in "åäöÅÄÖ":
        assert any(letter in text for text in texts)
    for text in texts:
        assert "\\u" not in text
        assert text == unicodedata.normalize("NFC", text)


def test_no_sample_holds_a_sole_traders_number_in_clear() -> None:
    for file in FILES:
        if name_of(file) not in ("ClientRecord", "BureauRecord"):
            for number in re.findall(r"\b[0-9]{6}-[0-9]{4}\b", file.read_text("utf-8")):
                assert number[2] >= "2"


def test_no_two_samples_share_an_event_id() -> None:
    ids = [UUID(sample(file)[1]["headers"]["ce_id"]) for file in FILES]
    assert len(set(ids)) == len(ids)


def test_each_event_belongs_to_one_topic_and_is_found_there() -> None:
    listed = [name for topic in TOPICS for name in of_topic(topic)]
    assert sorted(listed) == sorted(BY_NAME)
    assert len(BY_NAME) == len(EVENTS)
