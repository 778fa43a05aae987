"""The AsyncAPI document: its form, and that it says what the code and the design say."""

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.events.catalogue import EVENTS
from contracts.schemas import HOME
from contracts.topics import SERVICES, TOPICS

Document = dict[str, Any]

REFERENCE = {"type": "object", "required": ["$ref"], "additionalProperties": False}
REFERENCE["properties"] = {"$ref": {"type": "string", "pattern": "^#/"}}
KAFKA = {
    "type": "object",
    "required": ["kafka"],
    "properties": {"kafka": {"required": ["bindingVersion"], "type": "object"}},
}


def of(required: list[str], **properties: Any) -> Document:
    """An object with these members and no other."""
    words = {"title": {"type": "string"}, "description": {"type": "string"}}
    return {
        "type": "object",
        "required": required,
        "additionalProperties": False,
        "properties": {**words, **properties},
    }


def each(schema: Document) -> Document:
    return {"type": "object", "minProperties": 1, "additionalProperties": schema}


MESSAGE = of(
    ["name", "payload"],
    name={"type": "string"},
    summary={"type": "string"},
    contentType={"const": "application/json"},
    headers={"type": "object"},
    payload={"type": "object"},
    bindings=KAFKA,
    examples={
        "type": "array",
        "items": {"type": "object", "required": ["headers", "payload"]},
    },
)
# Those parts of https://asyncapi.com/schema-store/3.0.0.json that the document uses.
STRUCTURE = of(
    ["asyncapi", "info", "channels", "operations", "components"],
    asyncapi={"const": "3.0.0"},
    id={"type": "string", "pattern": "^urn:"},
    info=of(["title", "version"], version={"type": "string"}),
    defaultContentType={"type": "string"},
    servers=each(
        of(
            ["host", "protocol"],
            host={"type": "string"},
            protocol={"const": "kafka"},
            variables=each(of([], default={"type": "string"})),
        )
    ),
    channels=each(
        of(
            ["address", "messages", "bindings"],
            address={"type": "string"},
            messages=each(REFERENCE),
            bindings=KAFKA,
        )
    ),
    operations=each(
        of(
            ["action", "channel", "messages"],
            action={"enum": ["send", "receive"]},
            channel=REFERENCE,
            messages={"type": "array", "minItems": 1, "items": REFERENCE},
            tags={"type": "array", "items": of(["name"], name={"type": "string"})},
        )
    ),
    components=of(["messages", "schemas"], messages=each(MESSAGE), schemas={"type": "object"}),
)

# design.md, Who owns what.
RECEIVED = {
    "search": {"directory.clients.v1", "linking.bureaus.v1"},
    "linking": {"directory.clients.v1", "directory.bureaus.v1", "notifier.deliveries.v1"},
    "notifier": {"linking.requests.v1", "linking.links.v1"},
    "activation": {"linking.links.v1", "directory.bureaus.v1", "directory.clients.v1"},
}
SENT = {
    "platform": {"directory.clients.v1", "directory.bureaus.v1"},
    "search": {"dead-letters.search.v1"},
    "linking": {
        "linking.requests.v1",
        "linking.links.v1",
        "linking.bureaus.v1",
        "dead-letters.linking.v1",
    },
    "notifier": {"notifier.deliveries.v1", "dead-letters.notifier.v1"},
    "activation": {"activation.clients.v1", "dead-letters.activation.v1"},
}


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    if isinstance(part, list):
        return [found for value in part for found in references(value)]
    return []


def resolved(document: Document, reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def named(references_: list[Document]) -> list[str]:
    return [each["$ref"].rpartition("/")[2] for each in references_]


def test_the_document_has_the_structure_of_asyncapi_3(events_document: Document) -> None:
    Draft7Validator(STRUCTURE).validate(events_document)
    assert references(events_document)
    for reference in references(events_document):
        assert resolved(events_document, reference)


def test_every_topic_is_a_channel_with_its_key_and_configuration(
    events_document: Document,
) -> None:
    assert list(events_document["channels"]) == [topic.name for topic in TOPICS]
    for topic in TOPICS:
        channel = events_document["channels"][topic.name]
        kafka = channel["bindings"]["kafka"]
        assert channel["address"] == kafka["topic"] == topic.name
        assert kafka["partitions"] == topic.partitions
        configured = kafka["topicConfiguration"]
        assert configured["cleanup.policy"] == [topic.config["cleanup.policy"]]
        assert {
            name: str(value) for name, value in configured.items() if name != "cleanup.policy"
        } == {name: value for name, value in topic.config.items() if name != "cleanup.policy"}
        if ":" in topic.key or topic.key.endswith("_id"):
            assert f"`{topic.key}`" in channel["description"]


def test_every_event_is_a_message_of_its_topic(events_document: Document) -> None:
    for event in EVENTS:
        name = event.type_name()
        channel = events_document["channels"][event.topic.name]
        assert channel["messages"][name] == {"$ref": f"#/components/messages/{name}"}
        message = events_document["components"]["messages"][name]
        assert message["headers"]["properties"]["ce_type"]["const"] == name
        assert message["summary"]


def test_samples_are_the_golden_ones_and_valid(events_document: Document) -> None:
    components = events_document["components"]
    for event in EVENTS:
        message = components["messages"][event.type_name()]
        files = sorted((HOME / "golden").glob(f"{event.type_name()}.*v1.json"))
        assert len(message["examples"]) == len(files) > 0
        for sample, file in zip(message["examples"], files, strict=True):
            assert sample["payload"] == json.loads(file.read_text("utf-8"))["value"]
            for part in ("headers", "payload"):
                schema = {"allOf": [message[part]], "components": components}
                Draft7Validator(schema).validate(sample[part])


@pytest.mark.parametrize(("action", "table"), [("send", SENT), ("receive", RECEIVED)])
def test_who_sends_and_who_receives_is_as_designed(
    events_document: Document, action: str, table: dict[str, set[str]]
) -> None:
    found: dict[str, set[str]] = {}
    for operation in events_document["operations"].values():
        if operation["action"] == action:
            topics = found.setdefault(operation["tags"][0]["name"], set())
            topics.add(operation["channel"]["$ref"].rpartition("/")[2])
    assert found == table


def test_an_operation_names_messages_of_its_channel_only(events_document: Document) -> None:
    for operation in events_document["operations"].values():
        channel = resolved(events_document, operation["channel"]["$ref"])
        assert set(named(operation["messages"])) <= channel["messages"].keys()
        for reference in references(operation["messages"]):
            assert reference.startswith(f"{operation['channel']['$ref']}/messages/")


def test_only_the_directory_deletes_by_tombstone(events_document: Document) -> None:
    with_deletion = {
        name
        for name, channel in events_document["channels"].items()
        if "Deletion" in channel["messages"]
    }
    assert with_deletion == {"directory.clients.v1", "directory.bureaus.v1"}


def test_dead_letters_say_where_they_come_from(events_document: Document) -> None:
    for service in SERVICES:
        channel = events_document["channels"][f"dead-letters.{service}.v1"]
        assert list(channel["messages"]) == ["DeadLetter"]
    headers = events_document["components"]["messages"]["DeadLetter"]["headers"]["required"]
    assert {"dead_letter_topic", "dead_letter_offset", "dead_letter_error"} <= set(headers)
