"""The AsyncAPI 3.0 document: topics, the events on them, who says them and who listens.

Made from contracts (topics, events, golden samples) and from what each service listens to, as it
is wired. Who says what follows from a topic's name, which begins with its owner.
"""

import json
from collections.abc import Iterable, Iterator
from inspect import getdoc
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from chassis.app import Service
from contracts.envelope import CONTENT_TYPE, SPEC_VERSION
from contracts.events.catalogue import EVENTS, of_topic
from contracts.events.event import Event
from contracts.schemas import HOME
from contracts.topics import TOPICS, Topic

BINDING = "0.5.0"
"""Of AsyncAPI's Kafka bindings."""
PLATFORM = "platform"
_SAMPLES = HOME / "golden"
_ABOUT = ("id", "topic", "partition", "offset", "error")
_DEAD_LETTER = {
    "dead_letter_id": "0193a5d2-1c07-7a07-8c4d-5e6f708192a3",
    "dead_letter_topic": "directory.clients.v1",
    "dead_letter_partition": "3",
    "dead_letter_offset": "1742",
    "dead_letter_error": "ClientRecord: Invalid JSON",
}
_SCHEMAS = "#/components/schemas/"
_DESCRIPTION = """\
What happens in Koppla, as its services tell each other and anybody who listens, on Kafka.

Events are JSON in CloudEvents binary mode: everything about an event lies in the record's headers,
the value is the event itself. `ce_id` is given once: who has seen it may drop the record. Events of
a request or a link carry the `version` of the pair (bureau, client), which grows by one at each
change: ignore one that is not above yours, and neither doubled nor overtaken events do any harm.

Within a version of a topic changes are additive: ignore fields that you don't know, and pass over
types that you don't know. No event holds a usable link, and only the directory holds a sole
trader's number in clear.
"""
_KEYS = {
    "tenant_id": "The client's `tenant_id`.",
    "bureau_id": "The `bureau_id`.",
    "bureau_id:tenant_id": "The pair, `bureau_id:tenant_id`: what happens to it comes in order.",
    "as the original": "The key of the record that could not be taken.",
}
_SAID_BY_THE_PLATFORM = "directory"


def document(services: Iterable[Service]) -> dict[str, Any]:
    """The document; its samples are those of contracts/golden."""
    _, parts = models_json_schema(
        [(event, "validation") for event in EVENTS], ref_template=f"{_SCHEMAS}{{model}}"
    )
    messages = {event.type_name(): _event(event) for event in EVENTS}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:koppla:events",
        "info": {"title": "Koppla", "version": "1", "description": _DESCRIPTION},
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {
                "host": "{kafka}",
                "protocol": "kafka",
                "description": "The cluster that KOPPLA_KAFKA names.",
                "variables": {"kafka": {"default": "localhost:9092"}},
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{who}.{verb}.{topic.name}": _operation(who, verb, topic, names)
            for who, verb, topic, names in _who_does_what(services)
        },
        "components": {
            "messages": {**messages, "Deletion": _deletion(), "DeadLetter": _dead_letter()},
            "schemas": parts["$defs"],
        },
    }


def owner(topic: Topic) -> str:
    """Who publishes on a topic: its name begins with it."""
    first, second, *_ = topic.name.split(".")
    if first == "dead-letters":
        return second
    return PLATFORM if first == _SAID_BY_THE_PLATFORM else first


def _names(topic: Topic) -> list[str]:
    """The messages on a topic."""
    if topic.name.startswith("dead-letters."):
        return ["DeadLetter"]
    # Nobody but the platform deletes: the others' compacted states are replaced.
    deletion = ["Deletion"] if owner(topic) == PLATFORM else []
    return [*of_topic(topic), *deletion]


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        name: [value] if name == "cleanup.policy" else int(value)
        for name, value in topic.config.items()
    }
    return {
        "address": topic.name,
        "description": f"Key: {_KEYS[topic.key]}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": BINDING,
            }
        },
    }


def _who_does_what(
    services: Iterable[Service],
) -> Iterator[tuple[str, str, Topic, list[str]]]:
    """(who, sends or receives, topic, names of the messages), by topic in their order."""
    listening = [(service.name, service.consumer) for service in services if service.consumer]
    for topic in TOPICS:
        yield owner(topic), "sends", topic, _names(topic)
        for name, consumer in listening:
            heard = [event.type_name() for event in consumer.heard if event.topic == topic]
            if heard:
                deletion = ["Deletion"] if "Deletion" in _names(topic) else []
                yield name, "receives", topic, [*heard, *deletion]


def _operation(who: str, verb: str, topic: Topic, names: list[str]) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": verb.removesuffix("s"),
        "title": f"{who} {verb} {topic.name}",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
        "tags": [{"name": who}],
    }


def _event(event: type[Event]) -> dict[str, Any]:
    name = event.type_name()
    said = (getdoc(event) or "").split("\n\n", 1)
    return {
        "name": name,
        "title": name,
        "summary": " ".join(said[0].split()),
        **({"description": " ".join(said[1].split())} if said[1:] else {}),
        "contentType": CONTENT_TYPE,
        "headers": _headers(name, event.topic.name.split(".")[0]),
        "payload": {"$ref": f"{_SCHEMAS}{name}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
        "examples": [_sample(file) for file in sorted(_SAMPLES.glob(f"{name}.*v1.json"))],
    }


def _headers(name: str, source: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
        "properties": {
            "ce_specversion": {"type": "string", "const": SPEC_VERSION},
            "ce_id": {"type": "string", "format": "uuid", "description": "A UUID, version 7."},
            "ce_type": {"type": "string", "const": name},
            "ce_source": {"type": "string", "const": source},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_snapshot": {
                "type": "string",
                "const": "true",
                "description": "There where it tells what is so, and not what has just happened.",
            },
            "content-type": {"type": "string", "const": CONTENT_TYPE},
            "traceparent": {"type": "string", "description": "W3C Trace Context."},
        },
    }


def _sample(file: Path) -> dict[str, Any]:
    record = json.loads(file.read_text("utf-8"))
    summary = "Only what is required" if ".minimal." in file.name else "With all fields"
    return {"summary": summary, "headers": record["headers"], "payload": record["value"]}


def _deletion() -> dict[str, Any]:
    return {
        "name": "Deletion",
        "title": "Deletion",
        "summary": "A tombstone: the key is no longer in the directory. Its record has no value.",
        "payload": {"type": "null"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
    }


def _dead_letter() -> dict[str, Any]:
    header = {"type": "string"}
    return {
        "name": "DeadLetter",
        "title": "DeadLetter",
        "summary": "A record that the service could not take, as it came.",
        "description": "Its own headers are kept; these are added. What is too large is left out,"
        " as a header then says; the service's database has it all.",
        "headers": {
            "type": "object",
            "required": [f"dead_letter_{part}" for part in _ABOUT],
            "properties": {f"dead_letter_{part}": header for part in _ABOUT},
        },
        "payload": {},
        "examples": [
            {
                "name": "DeadLetter",
                "summary": "A record that is no JSON",
                "headers": _DEAD_LETTER,
                "payload": "{broken",
            }
        ],
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": BINDING}},
    }
