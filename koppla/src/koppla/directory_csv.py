"""Directory records as CSV (RFC 4180): a column a field, lists as JSON text, true and false."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.events.event import Event
from koppla.directory_json import Found, Unreadable, parsed

_LISTS = ("system_admins", "users", "entry_points")
_TRUTHS = {"true": True, "false": False}
# The default of 128 KiB is less than the users of a large bureau take.
_LARGEST_CELL = 16 * 1024 * 1024


def csv_records(path: Path, kind: type[Event]) -> Iterator[tuple[int, Found]]:
    """Each record with the number of the line that it begins on; an empty cell is no field.

    After what is no CSV, reading goes on with the next line. Raises OSError.
    """
    csv.field_size_limit(_LARGEST_CELL)
    # A byte that is not UTF-8 becomes a lone surrogate, which no UTF-8 decodes to: the row that
    # has it is found and named, and the others are read.
    with path.open(encoding="utf-8-sig", newline="", errors="surrogateescape") as file:
        found = _records(csv.reader(file, strict=True))
        header: list[str] | None = None
        for number, cells in found:
            if header is not None:
                yield number, cells if isinstance(cells, str) else _fields(header, cells)
                continue
            if isinstance(cells, str):
                yield number, cells
                return
            header = [name.strip() for name in cells]
            wrong = _wrong_columns(header, kind)
            if wrong:
                # Without its columns no line of the file has a meaning.
                yield from ((number, one) for one in wrong)
                return


def _records(reader: Any) -> Iterator[tuple[int, list[str] | str]]:
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # A quote that nobody closed takes the lines that follow with it.
            upto = f" (up to line {reader.line_num})" if reader.line_num > number else ""
            yield number, f"record: not CSV: {error}{upto}"
            continue
        if any(cell.strip() for cell in cells):
            yield number, cells


def _wrong_columns(header: list[str], kind: type[Event]) -> list[str]:
    wrong = []
    for place, name in enumerate(header, 1):
        if not name.isprintable():  # nor is a lone surrogate
            wrong.append(f"column {place}: its name is not plain UTF-8")
        elif name in header[: place - 1]:
            wrong.append(f"{name or 'a column without a name'}: stands twice")
    for name, field in kind.model_fields.items():
        if field.is_required() and name not in header:
            wrong.append(f"{name}: the column is missing")
    return wrong


def _fields(header: list[str], cells: list[str]) -> Found:
    if len(cells) != len(header):
        return f"record: has {len(cells)} fields, and the first line has {len(header)}"
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        if not _is_utf8(cell):
            return f"{name}: not UTF-8"
        if not cell.strip():
            continue
        if name in _LISTS:
            try:
                value = parsed(cell)
            except Unreadable as error:
                return f"{name}: {str(error).removeprefix('record: ')}"
            if not isinstance(value, list):
                return f"{name}: not a list in JSON"
            record[name] = value
        elif name == "multi_company_setup":
            truth = _TRUTHS.get(cell.strip().lower())
            if truth is None:
                return f"{name}: must be true or false"
            record[name] = truth
        else:
            record[name] = cell
    return record


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
