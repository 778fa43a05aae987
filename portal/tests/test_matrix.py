"""Consultants × programs of a bureau with many consultants: what is chosen is kept, a part of it is
shown."""

from datetime import timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from contracts.fields import PROGRAMS
from portal import matrix, matrix_part
from portal.forms import Drafts, Form
from portal.gateway.shapes import Consultant
from portal.sealing import Keys
from portal.session import Sessions, new_csrf

FORTY = [
    Consultant(
        consultant_id=f"u-{10_000 + place}", name=f"Anna Åkerlund {place}", role="consultant"
    )
    for place in range(40)
]
CHOSEN = {
    matrix.name(one.consultant_id, program): "rw"[place % 2]
    for place, one in enumerate(FORTY)
    for program in PROGRAMS
}
FORM = Form([*CHOSEN.items(), ("csrf", new_csrf("p-1-admin")), ("key", "a" * 36)])


def test_all_of_a_few_are_shown_and_a_part_of_many() -> None:
    few = matrix_part.part(FORTY[:15], CHOSEN, None)
    assert (few.is_whole, len(few.rows), few.last, few.kept) == (True, 15, 1, _packed(FORTY[15:]))
    many = matrix_part.part(FORTY, CHOSEN, Form([(matrix_part.TO, "4"), (matrix_part.NUMBER, "1")]))
    assert many.rows == FORTY[30:]
    assert (many.first, many.last, many.found, many.given) == (31, 4, 40, 40)
    assert many.kept == _packed(FORTY[:30])


@pytest.mark.parametrize("number", ["0", "-1", "99999999999", "x", "٣", ""])
def test_a_part_that_there_is_not_is_the_nearest_one(number: str) -> None:
    assert matrix_part.part(FORTY, {}, Form([(matrix_part.TO, number)])).number == 1


def test_a_name_is_looked_for_and_nobody_else_s_choice_is_lost() -> None:
    form = Form([(matrix_part.QUERY, " åkerlund 33 "), (matrix_part.TO, "1")])
    found = matrix_part.part(FORTY, CHOSEN, form)
    assert [one.name for one in found.rows] == ["Anna Åkerlund 33"]
    nobody = matrix_part.part(FORTY, CHOSEN, Form([(matrix_part.QUERY, "finns inte")]))
    assert (list(nobody.rows), nobody.number, nobody.found) == ([], 1, 0)
    assert matrix.unpacked(nobody.kept) == CHOSEN


def test_rows_that_the_page_does_not_show_count_as_they_were_kept() -> None:
    kept = f"{FORTY[0].consultant_id}=w---r {FORTY[1].consultant_id}=rrrrr left=w---- x=?? = y"
    shown = [(matrix.name(FORTY[1].consultant_id, program), "") for program in PROGRAMS]
    chosen = matrix.read(Form([(matrix.KEPT, kept), *shown, ("all", "r")]), FORTY)
    assert chosen.gone
    # A preset is for the rows that are seen, and a row that is seen counts as it is seen.
    assert chosen.cells == {
        matrix.name(FORTY[0].consultant_id, "bookkeeping"): "w",
        matrix.name(FORTY[0].consultant_id, PROGRAMS[-1]): "r",
        **{field: "r" for field, _ in shown},
    }


def _packed(consultants: list[Consultant]) -> str:
    ids = {one.consultant_id for one in consultants}
    return matrix.packed({f: v for f, v in CHOSEN.items() if matrix.consultant(f) in ids})


def test_what_was_chosen_for_forty_is_kept_while_somebody_signs_in_again() -> None:
    seal = Keys([b"k" * 32]).seal("draft")
    drafts = Drafts(seal, Sessions(seal, timedelta(hours=1), secure=False))
    response = Response()
    drafts.keep(response, "/aktivera/1", FORM)
    [cookie] = [value for name, value in response.raw_headers if name == b"set-cookie"]
    scope = {
        **{"type": "http", "method": "GET", "path": "/aktivera/1", "query_string": b""},
        **{"server": ("localhost", 80), "scheme": "http"},
        "headers": [(b"cookie", cookie.partition(b";")[0])],
    }
    kept = drafts.of(Request(scope), "p-1-admin")
    assert kept is not None
    assert matrix.read(kept, FORTY).cells == CHOSEN


def test_grants_name_each_consultant_once_and_programs_in_order() -> None:
    chosen = matrix.read(FORM, FORTY)
    assert (chosen.had_preset, chosen.is_wrong, chosen.gone) == (False, False, False)
    grants = matrix.grants(chosen.cells, FORTY)
    assert [one.consultant_id for one in grants] == [one.consultant_id for one in FORTY]
    assert {tuple(each.program for each in one.permissions) for one in grants} == {PROGRAMS}
    assert {each.access for each in grants[0].permissions} == {"read"}


def test_somebody_who_left_and_got_nothing_is_in_nobody_s_way() -> None:
    form = Form([("left:payroll", ""), (f"{FORTY[0].consultant_id}:payroll", "r")])
    assert not matrix.read(form, FORTY).gone
    assert matrix.read(Form([("left:payroll", "r")]), FORTY).gone
