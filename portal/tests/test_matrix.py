"""Consultants × programs of a bureau with many consultants: what is chosen is kept, a part of it is
shown."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from starlette.requests import Request
from starlette.responses import Response

from contracts.fields import PROGRAMS
from portal import matrix, matrix_part
from portal.forms import CSRF, KEY, STEP, Drafts, Form
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
    assert (few.is_whole, len(few.rows), few.last) == (True, 15, 1)
    assert matrix.unpacked(few.kept, FORTY) == matrix.unpacked(_packed(FORTY[15:]), FORTY)
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
    assert matrix.unpacked(nobody.kept, FORTY) == CHOSEN


def test_rows_that_the_page_does_not_show_count_as_they_were_kept() -> None:
    rows = {matrix.name(FORTY[0].consultant_id, PROGRAMS[0]): "w"}
    rows[matrix.name(FORTY[0].consultant_id, PROGRAMS[-1])] = "r"
    rows |= {matrix.name(FORTY[1].consultant_id, program): "r" for program in PROGRAMS}
    kept = f"{matrix.packed(rows, FORTY)} left=w---- x=?? = y"
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
    return matrix.packed({f: v for f, v in CHOSEN.items() if matrix.consultant(f) in ids}, FORTY)


def users(number: int) -> list[Consultant]:
    """With ids as many registers have them, of which nothing can be pressed out."""
    ids = [str(UUID(int=Random(place).getrandbits(128))) for place in range(number)]
    return [Consultant(consultant_id=one, name=one, role="consultant") for one in ids]


def sent(consultants: list[Consultant], seed: int = 7) -> tuple[Form, matrix.Cells]:
    """The form of a table with something for everybody, and what it chooses."""
    luck = Random(seed)
    fields = [matrix.name(one.consultant_id, p) for one in consultants for p in PROGRAMS]
    cells = {field: luck.choice("rw") for field in fields}
    seen = {field: luck.choice("rw") for field in fields}
    part = matrix_part.part(consultants, cells, None)
    here = {one.consultant_id for one in part.rows}
    return Form(
        [
            *((CSRF, new_csrf("p-1-admin")), (STEP, "/aktivera/1"), (KEY, "a" * 36)),
            *(("namn", ""), ("sida", "1"), (matrix.KEPT, part.kept)),
            ("sett", matrix.packed(seen, consultants)),
            *((field, value) for field, value in cells.items() if matrix.consultant(field) in here),
        ]
    ), cells


def drafts() -> Drafts:
    keys = Keys([b"k" * 32])
    sessions = Sessions(keys.seal("session"), timedelta(hours=1), secure=True)
    return Drafts(keys.seal("draft", is_pressed=True), sessions)


def kept(response: Response) -> Form | None:
    """What is there when the person is back on the page."""
    cookies = [value for name, value in response.raw_headers if name == b"set-cookie"]
    scope = {
        **{"type": "http", "method": "GET", "path": "/aktivera/1", "query_string": b""},
        **{"server": ("localhost", 80), "scheme": "http"},
        "headers": [(b"cookie", one.partition(b";")[0]) for one in cookies],
    }
    return drafts().of(Request(scope), "p-1-admin")


@pytest.mark.parametrize("number", [15, 40, 150])
def test_what_was_chosen_for_many_is_kept_while_somebody_signs_in_again(number: int) -> None:
    many, response = users(number), Response()
    form, cells = sent(many)
    assert drafts().fits("/aktivera/1", form)
    assert drafts().keep(response, "/aktivera/1", form)
    again = kept(response)
    assert again is not None
    assert matrix.read(again, many).cells == cells
    # Somebody who left meanwhile is missed, and nobody else has her rights.
    chosen = matrix.read(again, many[:-1])
    assert chosen.gone
    assert chosen.cells == {f: v for f, v in cells.items() if not f.startswith(many[-1].name)}


def test_more_than_can_be_kept_is_said_to_be_lost_and_leaves_nothing_old() -> None:
    response = Response()
    form, _ = sent(users(400))
    assert not drafts().fits("/aktivera/1", form)
    drafts().keep(response, "/aktivera/1", sent(users(15))[0])
    assert not drafts().keep(response, "/aktivera/1", form)
    assert kept(response) is None


def test_two_with_the_same_mark_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "_mark", lambda consultant_id: consultant_id[:3])
    assert matrix.unpacked(matrix.packed(CHOSEN, FORTY), FORTY) == CHOSEN


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
