"""Reads directory records from JSON lines or CSV; says what is wrong by line and field."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.events.event import Event

_LISTS = ("system_admins", "users", "entry_points")
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Line:
    """number: in the file, from 1. record: None where `wrong` says what is not right."""

    number: int
    record: Event | None
    wrong: tuple[str, ...] = ()


def read(path: Path, kind: type[Event]) -> Iterator[Line]:
    """Every line of the file. CSV by its suffix, else JSON lines; blank lines are passed over."""
    lines = _csv(path) if path.suffix.lower() == ".csv" else _json_lines(path)
    seen: dict[str, int] = {}
    for number, value in lines:
        if isinstance(value, str):
            yield Line(number, None, (f"line {number}: {value}",))
            continue
        try:
            record = kind.model_validate_json(json.dumps(value))
        except (ValidationError, ValueError) as error:
            yield Line(number, None, _wrong(number, error))
            continue
        key = record.key()
        if key in seen:
            same = f"line {number}: {key} stands on line {seen[key]} already"
            yield Line(number, None, (same,))
            continue
        seen[key] = number
        yield Line(number, record)


def _wrong(number: int, error: ValueError) -> tuple[str, ...]:
    if not isinstance(error, ValidationError):
        return (f"line {number}: not text that can be sent",)
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return tuple(
        f"line {number}: {'.'.join(map(str, each['loc'])) or 'record'}: "
        f"{each['msg'].removeprefix('Value error, ')}"
        for each in found
    )


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if not raw.strip():
                continue
            try:
                value = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
            except UnicodeDecodeError:
                yield number, "not UTF-8"
            except ValueError:
                yield number, "not JSON"
            else:
                yield number, value if isinstance(value, dict) else "not a JSON object"


def _csv(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = csv.DictReader(file, strict=True)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield rows.line_num, f"not CSV: {error}"
                return
            yield rows.line_num, _of_row(row)


def _of_row(row: dict[str | None, Any]) -> Any:
    if None in row or None in row.values():
        return "has another number of fields than the first line"
    record: dict[str, Any] = {}
    for name, cell in row.items():
        if name in _LISTS:
            try:
                record[str(name)] = json.loads(cell or "[]")
            except ValueError:
                return f"{name}: not a list in JSON"
        elif name == "multi_company_setup":
            if (cell or "false").lower() not in _TRUTHS:
                return f"{name}: must be true or false"
            record[name] = _TRUTHS[(cell or "false").lower()]
        elif not (name == "group" and cell == ""):
            record[str(name)] = cell
    return record
