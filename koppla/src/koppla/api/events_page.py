"""/docs/events: the AsyncAPI document as pages, one of all topics and one of each event."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Part = Mapping[str, Any]
_DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Field:
    """A row of a table. name: with the parts that it lies in, `recipients[].email`."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Message:
    """samples: (what it shows, the record's headers and value as JSON)."""

    name: str
    summary: str
    description: str
    fields: list[Field]
    samples: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Topic:
    """senders, receivers: names of services. is_compact: the newest of each key is kept, and a
    deletion is seen for so many days; all is kept for so many else."""

    name: str
    key: str
    partitions: int
    is_compact: bool
    days: int
    senders: list[str]
    receivers: list[str]
    messages: list[Message]


def topics(document: Part) -> list[Topic]:
    """document: the AsyncAPI document."""
    return [_topic(document, name, channel) for name, channel in document["channels"].items()]


def _topic(document: Part, name: str, channel: Part) -> Topic:
    kafka = channel["bindings"]["kafka"]
    senders, receivers = (
        [
            operation["tags"][0]["name"]
            for operation in document["operations"].values()
            if operation["action"] == action and operation["channel"]["$ref"].endswith(f"/{name}")
        ]
        for action in ("send", "receive")
    )
    return Topic(
        name=name,
        key=channel["description"].removeprefix("Key: "),
        partitions=kafka["partitions"],
        **_kept(kafka["topicConfiguration"]),
        senders=senders,
        receivers=receivers,
        messages=[_message(document, message) for message in channel["messages"]],
    )


def _kept(configuration: Part) -> dict[str, Any]:
    is_compact = configuration["cleanup.policy"] == ["compact"]
    kept = configuration["delete.retention.ms" if is_compact else "retention.ms"]
    return {"is_compact": is_compact, "days": kept // _DAY_MS}


def _message(document: Part, name: str) -> Message:
    message = document["components"]["messages"][name]
    return Message(
        name=name,
        summary=message["summary"],
        description=message.get("description", ""),
        fields=list(_fields(message["payload"], document["components"]["schemas"], "")),
        samples=[
            (sample["summary"], _json({"headers": sample["headers"], "value": sample["payload"]}))
            for sample in message.get("examples", ())
        ],
    )


def headers(document: Part) -> list[Field]:
    """Those that every event has: the same but for their `ce_type` and `ce_source`."""
    first = next(iter(document["components"]["messages"].values()))
    return [
        Field(field.name, "string", field.required, _varying.get(field.name, field.about))
        for field in _fields(first["headers"], {}, "")
    ]


_varying = {
    "ce_type": "The event's name.",
    "ce_source": "Who says it.",
}


def _fields(schema: Part, schemas: Part, path: str) -> Iterator[Field]:
    """The fields of an object, each followed by the fields of what it holds."""
    schema = _resolved(schema, schemas)
    for name, field in schema.get("properties", {}).items():
        at = f"{path}{name}"
        required = name in schema.get("required", ())
        yield Field(at, _kind(field, schemas), required, _about(field, schemas))
        for each in field.get("anyOf", [field]):
            inner = _resolved(each, schemas)
            if inner.get("type") == "array":
                yield from _fields(inner["items"], schemas, f"{at}[].")
            else:
                yield from _fields(inner, schemas, f"{at}.")


def _resolved(schema: Part, schemas: Part) -> Part:
    found: Part = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _kind(schema: Part, schemas: Part) -> str:
    kinds = []
    for each in schema.get("anyOf", [schema]):
        inner = _resolved(each, schemas)
        kind = str(inner.get("format") or inner.get("type", "anything"))
        if kind == "array":
            kind = f"list of {_kind(inner['items'], schemas)}"
        kinds.append(kind)
    return " or ".join(kinds)


def _about(schema: Part, schemas: Part) -> str:
    said = [schema.get("description", "")]
    for each in schema.get("anyOf", [schema]):
        inner = _resolved(each, schemas)
        inner = _resolved(inner["items"], schemas) if inner.get("type") == "array" else inner
        said += [" | ".join(map(str, inner["enum"]))] if "enum" in inner else []
        said += [str(inner["const"])] if "const" in inner else []
        said += [inner["pattern"]] if "pattern" in inner else []
        said += [f"at most {inner['maxLength']} characters"] if "maxLength" in inner else []
        said += [f"from {inner['minimum']}"] if "minimum" in inner else []
    if "default" in schema:
        said.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    return "; ".join(part for part in said if part)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
