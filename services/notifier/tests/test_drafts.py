"""Which mail a person gets who stands on both sides, and what a mail's data say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.events.event import Person
from contracts.events.linking import (
    LinkEnded,
    LinkEstablished,
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequestResent,
)
from notifier import drafts
from services.notifier.tests.events import ANNA, EVE, KARIN, LARS, decided, requested, sending
from services.notifier.tests.sample_mails import LINK, PAIR, REQUEST

NOW = datetime(2026, 11, 25, 7, 30, tzinfo=UTC)
BOTH: dict[str, Any] = {
    **PAIR,
    "link_id": LINK,
    "route": "paper_form",
    "bureau_admins": (ANNA, KARIN),
    "client_admins": (KARIN, EVE),
}


def mails(found: list[drafts.Draft]) -> list[tuple[str, str, str | None]]:
    return [(draft.mail, draft.to.user_id, draft.data.get("side")) for draft in found]


def test_who_accepted_gets_the_receipt_only() -> None:  # D4
    fields = {"link_id": LINK, "acceptor": KARIN, "recipients": (LARS, KARIN), "requester": KARIN}
    event = LinkRequestAccepted(**decided(REQUEST, **fields))
    assert mails(drafts.of_acceptance(event)) == [
        ("receipt", "karin", None),
        ("accepted", "lars", "client"),
    ]


def test_who_asked_and_is_an_admin_too_gets_the_mail_that_can_end_it() -> None:  # D4, D8
    event = LinkRequestAccepted(
        **decided(REQUEST, link_id=LINK, acceptor=KARIN, recipients=(ANNA, LARS))
    )
    assert mails(drafts.of_acceptance(event)) == [
        ("receipt", "karin", None),
        ("accepted", "anna", "client"),
        ("accepted", "lars", "client"),
    ]


def test_who_is_on_both_sides_of_a_link_gets_the_clients_mail() -> None:  # D8
    expected = [("karin", "client"), ("eve", "client"), ("anna", "bureau")]
    ended = LinkEnded(**BOTH, ended_at=NOW, ended_by=None)
    established = LinkEstablished(**BOTH, client_org_number="556469-6291", established_at=NOW)
    for found in (drafts.of_end(ended), drafts.of_link(established)):
        assert [(to, side) for _, to, side in mails(found)] == expected


def test_a_requester_who_has_left_the_bureau_is_not_mailed() -> None:
    event = LinkRequestAccepted(
        **decided(REQUEST, link_id=LINK, acceptor=KARIN, recipients=(), requester=None)
    )
    assert mails(drafts.of_acceptance(event)) == [("receipt", "karin", None)]


def test_a_resent_request_says_so_and_the_bureaus_number_is_in_both() -> None:  # D2, R29
    first = drafts.of_sending(requested())
    again = drafts.of_sending(LinkRequestResent(**sending(window=2)))
    assert {draft.data["resent"] for draft in first} == {False}
    assert {draft.data["resent"] for draft in again} == {True}
    assert {draft.data["bureau_org_number"] for draft in (*first, *again)} == {"556469-6291"}


@pytest.mark.parametrize(("reason", "named"), [(None, "Anna Åberg"), ("paper_form", None)])
def test_only_a_bureaus_own_withdrawal_names_who_did_it(
    reason: str | None, named: str | None
) -> None:  # D11
    by = Person(user_id="anna", name="Anna Åberg", side="support" if reason else "bureau")
    event = LinkRequestCancelled(
        **decided(REQUEST, decided_by=by, reason=reason, recipients=(KARIN,))
    )
    [draft] = drafts.of_cancellation(event)
    assert draft.data["decided_by"] == named
