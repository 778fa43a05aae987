"""The pure rules of a request's life: no clock, no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.problem_codes import Code
from linking.requests import (
    Invitation,
    Standing,
    Status,
    obstacle,
    refusal_of_accept,
    refusal_of_page,
    standing_at,
    status_at,
)

SENT = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)  # its week holds a clock change
ENDS = SENT + timedelta(hours=168)
SECOND = timedelta(seconds=1)
OPEN = Invitation(Status.PENDING, ENDS, None, "eva", ENDS, is_admin=True)


def test_good_for_168_hours_to_the_second() -> None:  # R26
    assert standing_at(OPEN, ENDS - SECOND) is Standing.OPEN
    assert standing_at(OPEN, ENDS) is Standing.EXPIRED
    assert standing_at(OPEN, ENDS + SECOND) is Standing.EXPIRED


@pytest.mark.parametrize(
    ("changed", "standing", "accepting", "reading"),
    [
        ({}, Standing.OPEN, None, None),
        ({"is_admin": False}, Standing.NOT_AN_ADMIN, *[Code.NOT_A_SYSTEM_ADMIN] * 2),
        ({"link_expires_at": SENT}, Standing.EXPIRED, *[Code.LINK_EXPIRED] * 2),
        ({"status": Status.EXPIRED}, Standing.EXPIRED, *[Code.LINK_EXPIRED] * 2),
        (
            {"status": Status.EXPIRED, "is_admin": False},
            Standing.EXPIRED,
            *[Code.LINK_EXPIRED] * 2,
        ),
        ({"status": Status.ACCEPTED, "decided_by": "eva"}, Standing.YOURS, None, None),
        (
            {"status": Status.ACCEPTED, "decided_by": "fia"},
            Standing.DECIDED,
            Code.ALREADY_DECIDED,
            None,
        ),
        (
            {"status": Status.DECLINED, "decided_by": "eva"},
            Standing.DECIDED,
            Code.ALREADY_DECIDED,
            None,
        ),
        (
            {"status": Status.CANCELLED, "is_admin": False, "link_expires_at": SENT},
            Standing.DECIDED,
            Code.ALREADY_DECIDED,
            None,
        ),
    ],
)
def test_what_a_link_stands_before(
    changed: dict[str, Any], standing: Standing, accepting: Code | None, reading: Code | None
) -> None:  # R33, R34
    found = standing_at(replace(OPEN, **changed), SENT + SECOND)
    assert found is standing
    assert refusal_of_accept(found, confirmed=True) is accepting
    assert refusal_of_page(found) is reading


@pytest.mark.parametrize("standing", Standing)
def test_nothing_is_accepted_without_confirmation(standing: Standing) -> None:  # D10
    code = refusal_of_accept(standing, confirmed=False)
    assert code is not None or standing is Standing.YOURS


def test_a_late_clicker_is_told_also_without_confirmation() -> None:
    assert refusal_of_accept(Standing.DECIDED, confirmed=False) is Code.ALREADY_DECIDED
    assert refusal_of_accept(Standing.OPEN, confirmed=False) is Code.CONFIRMATION_MISSING


@given(
    st.lists(
        st.tuples(
            st.integers(-5, 5).map(lambda n: ENDS + n * SECOND),
            st.sampled_from(["eva", "fia", "gun"]),
            st.booleans(),
            st.booleans(),
        )
    ),
    st.sampled_from(Status),
)
def test_attempts_in_any_order_accept_at_most_once_and_in_time(
    attempts: list[tuple[datetime, str, bool, bool]], start: Status
) -> None:  # R32
    request = replace(OPEN, status=start)
    accepted: list[tuple[datetime, str]] = []
    for now, who, is_admin, confirmed in attempts:
        invitation = replace(request, user_id=who, is_admin=is_admin)
        standing = standing_at(invitation, now)
        if refusal_of_accept(standing, confirmed) is None and standing is Standing.OPEN:
            assert is_admin
            assert confirmed
            assert now < ENDS
            accepted.append((now, who))
            request = replace(request, status=Status.ACCEPTED, decided_by=who)
    assert len(accepted) <= (start is Status.PENDING)


@given(st.sampled_from(Status), st.integers(-3, 3))
def test_only_pending_turns_expired_by_the_clock(status: Status, seconds: int) -> None:
    shown = status_at(status, ENDS, ENDS + seconds * SECOND)
    if status is Status.PENDING:
        assert shown is (Status.EXPIRED if seconds >= 0 else Status.PENDING)
    else:
        assert shown is status


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({}, None),
        ({"known": False, "linked": True}, Code.CLIENT_NOT_FOUND),
        ({"linked": True, "pending": True}, Code.ALREADY_LINKED),
        ({"pending": True, "admins": 0}, Code.DUPLICATE_REQUEST),
        ({"admins": 0}, Code.NO_SYSTEM_ADMIN),
    ],
)
def test_what_keeps_a_bureau_from_asking(
    facts: dict[str, Any], code: Code | None
) -> None:  # R22, D5
    given: dict[str, Any] = {"known": True, "linked": False, "pending": False, "admins": 1}
    assert obstacle(**{**given, **facts}) is code
