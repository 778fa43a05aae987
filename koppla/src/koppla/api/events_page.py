"""/docs/events: the AsyncAPI document as one page, topic by topic."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

Part = Mapping[str, Any]
_DAY_MS = 24 * 60 * 60 * 1000
_JINJA = Environment(
    loader=PackageLoader("koppla.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _coded(text: str) -> Markup:
    """Markdown's `code`, the only markup that our descriptions use."""
    parts = [
        Markup("<code>{}</code>").format(part) if place % 2 else Markup("{}").format(part)
        for place, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


_JINJA.filters["coded"] = _coded


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
    """senders, receivers: names of services. kept: for how long, in Swedish and in English."""

    name: str
    key: str
    partitions: int
    kept: tuple[str, str]
    senders: list[str]
    receivers: list[str]
    messages: list[Message]


def page(document: Part) -> str:
    """The page as HTML. document: the AsyncAPI document."""
    return _JINJA.get_template("events.html").render(
        description=document["info"]["description"].strip().split("\n\n"),
        topics=[_topic(document, name, it) for name, it in document["channels"].items()],
        headers=_headers(document),
    )


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
        kept=_kept(kafka["topicConfiguration"]),
        senders=senders,
        receivers=receivers,
        messages=[_message(document, message) for message in channel["messages"]],
    )


def _kept(configuration: Part) -> tuple[str, str]:
    if configuration["cleanup.policy"] == ["compact"]:
        days = configuration["delete.retention.ms"] // _DAY_MS
        return (
            f"det senaste för varje nyckel (compact); en radering syns i {days} dygn",
            f"the newest of each key (compact); a deletion is seen for {days} days",
        )
    days = configuration["retention.ms"] // _DAY_MS
    return f"{days} dygn (delete)", f"{days} days (delete)"


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


def _headers(document: Part) -> list[Field]:
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
