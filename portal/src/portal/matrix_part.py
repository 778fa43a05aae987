"""The part of consultants × programs that a page shows: a table of hundreds would weigh too much.

What is chosen in the other rows travels in the form, packed, until it is saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal import forms, matrix
from portal.forms import Form
from portal.gateway.shapes import Consultant
from portal.matrix import Cells

PER_PAGE = 10
_MOST_WHOLE = 15
"""So many still fit on one page of 50 kB; more are shown PER_PAGE at a time."""
NUMBER, TO, QUERY = "sida", "visa", "namn"
"""Fields: the part that was shown, the one that is asked for, part of a name to look for."""


@dataclass(frozen=True, slots=True)
class Part:
    """rows: those shown, of `found` whose name fits. number, last: which part, of how many. first:
    place of the first row, from 1. doubled: names that more than one has. total: consultants, of
    whom so many are given anything."""

    rows: Sequence[Consultant]
    number: int
    last: int
    first: int
    found: int
    query: str
    doubled: frozenset[str]
    total: int
    given: int
    kept: str

    @property
    def is_whole(self) -> bool:
        return self.total <= _MOST_WHOLE


def is_asked_for(form: Form) -> bool:
    """Whether another part is to be shown."""
    return form.has(TO)


def part(consultants: Sequence[Consultant], cells: Cells, form: Form | None) -> Part:
    """The one that the form asks for, else the one it shows; the first without a form."""
    names = [one.name for one in consultants]
    is_whole = len(consultants) <= _MOST_WHOLE
    query = "" if is_whole or form is None else form.line(QUERY)
    found = [one for one in consultants if query.casefold() in one.name.casefold()]
    size = _MOST_WHOLE if is_whole else PER_PAGE
    last = max(1, -(-len(found) // size))
    number = min(_number(form), last)
    rows = found[(number - 1) * size : number * size]
    ids = {one.consultant_id for one in rows}
    return Part(
        rows=rows,
        number=number,
        last=last,
        first=(number - 1) * size + 1,
        found=len(found),
        query=forms.shown(query),
        doubled=frozenset(name for name in names if names.count(name) > 1),
        total=len(consultants),
        given=len({matrix.consultant(field) for field in cells}),
        kept=matrix.packed(cells, consultants, without=ids),
    )


def _number(form: Form | None) -> int:
    text = "" if form is None else form.raw(TO) or form.raw(NUMBER)
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
