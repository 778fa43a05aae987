"""Linking's texts: all there in both languages, and none that nobody reads."""

import re
from importlib.resources import files
from pathlib import Path
from typing import get_args

from chassis.design.catalogue_check import every, wrong
from contracts.events.linking import FormKind
from contracts.fields import PROGRAMS, Side
from linking.forms.fields import SECTIONS, SUPPORT, Choice, Note, Text
from linking.pages import problem_pages
from linking.requests import Answer, Standing, Status
from linking.service.auditing import Action
from linking.service.closing import Reason

KINDS = get_args(FormKind)
TOLD = (
    *(Standing.EXPIRED, Standing.NOT_AN_ADMIN, "asked_again", "superseded", "not_resent"),
    *(f"yours_{answer}" for answer in Answer),
    *(status for status in Status if status not in (Status.PENDING, Status.EXPIRED)),
    *(f"{Status.CANCELLED}_{reason}" for reason in get_args(Reason)),
    *("yours_accepted_ended", "accepted_ended", "cancelled_paper_form_ended"),
)
"""What the page of a request tells that is there to be answered no more."""
_AS_EXPIRED = ("asked_again", "superseded", "not_resent")
UNTAKEN = [one for one in TOLD if one not in _AS_EXPIRED and not one.startswith("cancelled_")]
"""Why an answer came too late."""


def of_pages() -> set[str]:
    return {
        "page.open_title",
        *every("page.{}_{}", TOLD, ("title", "lead")),
        *every("page.untaken_{}_title", Answer),
        *every("page.untaken_{}_why", UNTAKEN),
        *every("page.managed_{}_title", ("active", "ended")),
        *every(
            "page.{}_{}",
            {*problem_pages._TEXTS.values(), "bad_request"},
            ("title", "body"),
        ),
        *every("page.{}", PROGRAMS),
        # Customer service is named by a text of its own.
        *every("page.side_{}", [side for side in get_args(Side) if side != "support"]),
        # What is done to a client's links, and so stands in its history.
        *every("page.act_{}", [one for one in get_args(Action) if one.startswith("link_")]),
    }


def of_forms() -> set[str]:
    source = "".join(one.read_text() for one in Path(str(files("linking.forms"))).glob("*.py"))
    sections = [section for kind in KINDS for section in (*SECTIONS[kind], SUPPORT)]
    rows = [each for section in sections for row in section.rows for each in row]
    return {
        *every("form.{}", re.findall(r"""words\[["'](\w+)["']\]""", source)),
        *every("form.{}", PROGRAMS),
        *every("form.{}_{}", KINDS, ("title", "lead", "file")),
        *every("form.{}", [section.name for section in sections]),
        *every("form.{}_lead", [section.name for section in sections if section.lead]),
        *every("form.{}", [each.name for each in rows if isinstance(each, Note)]),
        *every(
            "form.{}{}",
            [each.name for each in rows if isinstance(each, Text | Choice)],
            ("", ".tooltip"),
        ),
        *(
            f"form.{each.name}.{option}"
            for each in rows
            if isinstance(each, Choice)
            for option in each.options
        ),
    }


def test_every_text_is_there_in_both_languages() -> None:  # R47
    guidance = every("guidance.{}{}", KINDS, ("", "_when"))
    assert wrong("linking", computed={*of_pages(), *of_forms(), *guidance}) == []
