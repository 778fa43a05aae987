"""Checks the directory records of a file; says what is wrong by line and field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from contracts.events.event import Event
from koppla.directory_csv import csv_records
from koppla.directory_json import Found, json_lines

LARGEST = 1_000_000
"""Bytes of a record's JSON: Kafka takes messages of 1 MiB by default, headers included."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file, or what is wrong there.

    number: where it begins in the file, from 1. key, value: of the record to publish, value as
    JSON; None where `wrong` says what is not right. unknown: names of fields that are no part of
    the record and are left out of it.
    """

    number: int
    key: str | None = None
    value: str | None = None
    wrong: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read(path: Path, kind: type[Event]) -> Iterator[Line]:
    """Every record of the file. CSV by its suffix, else JSON lines; blank lines are passed over.

    Raises OSError.
    """
    lines = csv_records(path, kind) if path.suffix.lower() == ".csv" else json_lines(path)
    seen: dict[str, int] = {}
    for number, found in lines:
        line = _checked(number, found, kind)
        if line.key is not None:
            if line.key in seen:
                again = f"{kind.topic.key}: {line.key} stands on line {seen[line.key]} already"
                yield Line(number, wrong=(f"line {number}: {again}",))
                continue
            seen[line.key] = number
        yield line


def _checked(number: int, found: Found, kind: type[Event]) -> Line:
    if isinstance(found, str):
        return Line(number, wrong=(f"line {number}: {found}",))
    try:
        record = kind.model_validate(found)
    except ValidationError as error:
        return Line(number, wrong=tuple(_told(number, error)))
    value = record.model_dump_json()
    if len(value.encode()) > LARGEST:
        return Line(number, wrong=(f"line {number}: record: is larger than {LARGEST} bytes",))
    unknown = tuple(name for name in found if name not in kind.model_fields)
    return Line(number, record.key(), value, unknown=unknown)


def _told(number: int, error: ValidationError) -> Iterable[str]:
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        place = ".".join(map(str, each["loc"])) or "record"
        yield f"line {number}: {place}: {each['msg'].removeprefix('Value error, ')}"
