"""Every text of the portal is in both languages, and none is left over."""

from importlib.resources import files
from typing import get_args

import pytest

from chassis.design.catalogue_check import every, wrong
from contracts.fields import PROGRAMS, Access, EntryPoint, Side
from portal.gateway.operations import Part
from portal.gateway.shapes import STATUSES, FormKind, MailState, Route, SignatoryRole
from portal.identifiers import KINDS
from portal.pages.now import Linked, Next
from portal.pages.requests import SORTS
from portal.pages.support_parties import VIEWS
from portal.sign_in.demo import Kind

LINK = ("active", "ended")
DELETED = ("bureau_deleted", "client_deleted")
ERRORS = (
    *("missing", "too_large", "refused", "unexpected", "unavailable", "not_accepted"),
    *("rate_limited", "rate_limited_search"),
    *("forbidden", "wrong_role", "forged", "issuer_unavailable"),
    *("sign_in_stale", "sign_in_refused", "sign_in_failed", "sign_in_too_large"),
)
ROLES = ("bureau_admin", "consultant", "support_agent")
ACTS = (
    *("link_requested", "link_request_resent", "link_request_cancelled", "link_request_accepted"),
    *("link_request_declined", "link_request_expired", "link_registered", "link_ended"),
    *("link_mended", "bureau_mended", "exclusion_added", "exclusion_removed"),
    *("person_exported", "person_erased", "events_replayed"),
    *("dead_letter_retried", "dead_letter_discarded"),
)
"""Of the audit trail, as the API has them now; any other is told by its code."""
EVENTS = (
    *("requested", "resent", "reminded", "accepted", "declined", "cancelled", "expired"),
    *("undeliverable", "request_mail_sent", "request_mail_failed"),
    *("reminder_mail_sent", "reminder_mail_failed"),
)
"""Of a request's time line."""
REFUSED = ("nothing", "unknown", "spent", "no_permission")
"""Why the program that one signs in to lets nobody in."""


COMPUTED = {
    *every("absent.{}.title", LINK),
    *every("access.{}.long", get_args(Access)),
    *every("audit.{}", ACTS),
    *every("entry.{}.title", get_args(EntryPoint)),
    *every("error.{}.{}", ERRORS, ("title", "body")),
    *every("event.{}", EVENTS),
    *every("find.{}.{}", KINDS, ("empty", "wrong", "hint")),
    *every("find.instead.{}", KINDS),
    *every("find.none.{}", KINDS),
    *every("link.status.{}", LINK),
    *every("link.reason.{}", DELETED),
    *every("mail.{}", get_args(MailState)),
    *every("matrix.{}.{}", ("wrong", "gone", "filled", "nothing_to_fill"), ("title", "body")),
    "matrix.nothing_to_fill.body_here",
    *every("nav.{}", get_args(EntryPoint)),
    *every("now.linked.{}", get_args(Linked)),
    *every("now.next.{}", get_args(Next)),
    *every("not_resent.{}", ("bureau_excluded", "no_system_admin")),
    *every("paper.form_kind.{}{}", get_args(FormKind), ("", ".hint")),
    *every("paper.signatory_role.{}", get_args(SignatoryRole)),
    *every("paper.{}.missing", ("signed_by", "reference")),
    *every("paper.{}.hint", ("reference", "signed_on")),
    *every("paper.signed_on.{}", ("missing", "wrong", "future", "old")),
    *every("platform.{}.{}", REFUSED, ("title", "body")),
    *every("program.{}", PROGRAMS),
    *every("request.standing.{}", STATUSES),
    *every("request.standing.cancelled.{}", ("paper_form", *DELETED)),
    *every("requests.sort.{}", SORTS),
    *every("role.{}", ROLES),
    *every("route.{}", get_args(Route)),
    *every("side.{}", get_args(Side)),
    *every("sign_in.demo.kind.{}", get_args(Kind)),
    *every("status.{}", STATUSES),
    *every("support.view.{}", VIEWS),
    *every("support.none.{}", VIEWS),
    *every("text.{}", ("control", "too_long", "address")),
    *every("unavailable.{}.title", get_args(Part)),
    *every("waiting.linked.{}", get_args(Route)),
}
"""Keys that are put together at run time, from the values that they are put together of."""


def test_every_text_is_there_in_both_languages_and_used() -> None:  # R47
    assert wrong("portal", computed=COMPUTED) == []


@pytest.mark.parametrize(("locale", "said"), [("sv", "dagar"), ("en", "days")])
def test_no_text_says_how_long_a_request_is_good_for(locale: str, said: str) -> None:
    """A setting does (KOPPLA_LINK_TTL), and each request tells until when."""
    texts = files("portal") / "locale" / locale / "LC_MESSAGES" / "portal.po"
    assert f" {said}" not in texts.read_text("utf-8")
