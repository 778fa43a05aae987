"""Record headers as JSON, for columns that keep them: nothing of a foreign header is lost.

A pair is [name, text]; [name, null] for a header without a value; [name, {"base64": "…"}] for bytes
that are no text, or that hold a NUL, which PostgreSQL refuses in text and in JSON.
"""

import base64
from collections.abc import Iterable
from typing import Any


def to_json(headers: Iterable[tuple[str, bytes | None]]) -> list[list[Any]]:
    return [[storable(name), _value(value)] for name, value in headers]


def of_json(kept: Iterable[list[Any]]) -> list[tuple[str, bytes | None]]:
    """The headers as they came."""
    return [(name, _bytes(value)) for name, value in kept]


def storable(text: str) -> str:
    """The text as PostgreSQL can keep it: NUL and lone surrogates replaced."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _value(value: bytes | None) -> str | dict[str, str] | None:
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": base64.b64encode(value).decode()} if "\0" in text else text


def _bytes(value: str | dict[str, str] | None) -> bytes | None:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return None if value is None else value.encode()
