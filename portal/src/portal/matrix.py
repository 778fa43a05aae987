"""Consultants × programs: what a form chooses for each, presets for a row and a column.

A cell's field is `CONSULTANT:PROGRAM` with `r`, `w` or nothing: short, since there may be hundreds
on a page. A preset's is `row/CONSULTANT`, `col/PROGRAM` or `all`, with `n`, `r`, `w` or nothing.
Many cells at once are packed in one field: `MARK=r-w--`, a letter a program, a blank between. The
mark stands for the consultant: ids may be long, and what was chosen for hundreds must fit in a
cookie while somebody signs in again.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.fields import PROGRAMS, Access
from portal.forms import Form
from portal.gateway.shapes import Consultant, ConsultantAccess, Grant, PermissionIn

ACCESS: Mapping[str, Access] = {"r": "read", "w": "write"}
_LETTER: Mapping[str, str] = {access: letter for letter, access in ACCESS.items()}
_PRESETS = {"n": "", "r": "r", "w": "w"}
ALL, ROW, COLUMN = "all", "row/", "col/"
KEPT = "kvar"
"""The field with the cells of rows that the page does not show."""
_NOTHING = "-"

Cells = dict[str, str]
"""By field, `r`, `w` or nothing; a cell for each consultant and program."""


def name(consultant_id: str, program: str) -> str:
    return f"{consultant_id}:{program}"


def consultant(field: str) -> str:
    """Whose cell it is."""
    return field.rpartition(":")[0]


def packed(cells: Cells, consultants: Sequence[Consultant], without: Collection[str] = ()) -> str:
    """The rows that give something, in the consultants' order: two packed alike press together to
    little more than one. without: consultants whose rows are left out."""
    marks = _marks(consultants)
    giving = dict.fromkeys(consultant(field) for field, value in cells.items() if value)
    ids = [*(one for one in marks if one in giving), *(one for one in giving if one not in marks)]
    rows = [
        f"{marks.get(one, one)}="
        + "".join(cells.get(name(one, program)) or _NOTHING for program in PROGRAMS)
        for one in ids
        if one not in without
    ]
    return " ".join(rows)


def unpacked(text: str, consultants: Sequence[Consultant]) -> Cells:
    """The cells that give something; what is none of a packed row's counts for nothing. A mark
    that is of none of the consultants stays, as of somebody unknown."""
    ids = {mark: one for one, mark in _marks(consultants).items()}
    rows = [part.partition("=") for part in text.split()]
    return {
        name(ids.get(mark, mark), program): letter
        for mark, _, letters in rows
        for program, letter in zip(PROGRAMS, letters, strict=False)
        if letter in ACCESS
    }


def _marks(consultants: Sequence[Consultant]) -> dict[str, str]:
    """By id. Where two have the same (one of 150,000 bureaus with a thousand), their ids."""
    short = {one.consultant_id: _mark(one.consultant_id) for one in consultants}
    often = Counter(short.values())
    return {one: mark if often[mark] == 1 else one for one, mark in short.items()}


def _mark(consultant_id: str) -> str:
    """36 bits of it."""
    digest = hashlib.sha256(consultant_id.encode()).digest()
    return base64.urlsafe_b64encode(digest)[:6].decode()


def of_access(given: Iterable[ConsultantAccess]) -> Cells:
    """As it is now."""
    granted = {
        name(one.consultant_id, each.program): _LETTER[each.access]
        for one in given
        for each in one.permissions
    }
    return granted


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form chooses. cells: those that give something. had_preset: whether a preset was
    filled in just now. is_wrong: it holds what no page of ours sends. gone: it gives something to
    somebody who is no user of the bureau any more."""

    cells: Cells
    had_preset: bool
    is_wrong: bool
    gone: bool


def read(form: Form, consultants: Sequence[Consultant]) -> Chosen:
    """The form's cells after its presets: the one for all, then columns, then rows. A preset fills
    in the rows that the page shows: nobody has seen it filled in in others."""
    ids = [one.consultant_id for one in consultants]
    known = {name(one, program) for one in ids for program in PROGRAMS}
    fields = dict(form.pairs)
    on_page = {consultant(field) for field in fields if ":" in field}
    kept = {
        field: value
        for field, value in unpacked(form.raw(KEPT), consultants).items()
        if consultant(field) not in on_page
    }
    cells = kept | {field: value for field, value in fields.items() if ":" in field and value}
    presets = {field: value for field, value in fields.items() if value and _is_preset(field)}
    is_wrong = not set(cells.values()) <= ACCESS.keys() or not (
        set(presets.values()) <= _PRESETS.keys()
    )
    gone = not cells.keys() <= known
    cells = {field: value for field, value in cells.items() if field in known and value in ACCESS}
    for field in sorted(presets, key=_order):
        preset = _PRESETS.get(presets[field], "")
        cells |= {
            cell: preset for cell in known if consultant(cell) in on_page and _covers(field, cell)
        }
    cells = {field: value for field, value in cells.items() if value}
    return Chosen(cells, bool(presets), is_wrong, gone)


def _is_preset(field: str) -> bool:
    return field == ALL or field.startswith((ROW, COLUMN))


def _order(field: str) -> int:
    return 0 if field == ALL else 1 if field.startswith(COLUMN) else 2


def _covers(preset: str, cell: str) -> bool:
    whose, _, program = cell.rpartition(":")
    return preset in (ALL, f"{COLUMN}{program}", f"{ROW}{whose}")


def row(cells: Cells, consultant_id: str) -> list[PermissionIn]:
    """One consultant's, in the order of the programs."""
    return [
        PermissionIn(program=program, access=ACCESS[cells[field]])
        for program in PROGRAMS
        if cells.get(field := name(consultant_id, program))
    ]


def grants(cells: Cells, consultants: Sequence[Consultant]) -> list[Grant]:
    """Of those consultants who are given anything."""
    rows = [(one.consultant_id, row(cells, one.consultant_id)) for one in consultants]
    return [Grant(consultant_id=who, permissions=given) for who, given in rows if given]
