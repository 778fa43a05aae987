"""Consultants × programs with forty consultants: what it weighs, and that all of it is kept."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from chassis.design.environment import environment, words
from contracts.fields import PROGRAMS
from portal import matrix
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


def test_the_table_of_forty_is_less_than_fifty_kilobytes() -> None:
    page: Any = environment("portal").get_template("matrix.html").make_module(words("portal", "sv"))
    html = str(page.table("Behörigheter", FORTY, PROGRAMS, CHOSEN))
    assert html.count("<select") == 41 * 6
    assert len(html.encode()) < 50_000


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
