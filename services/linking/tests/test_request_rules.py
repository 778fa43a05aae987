"""The pure rules of a request's life: no clock, no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.problem_codes import Code
from linking.requests import (
    Act,
    Answer,
    Invitation,
    Standing,
    Status,
    Step,
    is_undeliverable,
    obstacle,
    refusal_of_answer,
    refusal_of_page,
    reminder_is_due,
    standing_at,
    status_at,
    step,
)

SENT = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)  # its week holds a clock change
ENDS = SENT + timedelta(hours=168)
SECOND = timedelta(seconds=1)
OPEN = Invitation(Status.PENDING, ENDS, None, "eva", ENDS, is_admin=True)


def test_good_for_168_hours_to_the_second() -> None:  # R26
    assert standing_at(OPEN, ENDS - SECOND) is Standing.OPEN
    assert standing_at(OPEN, ENDS) is Standing.EXPIRED
    assert standing_at(OPEN, ENDS + SECOND) is Standing.EXPIRED


GONE, TAKEN, NOBODY = Code.LINK_EXPIRED, Code.ALREADY_DECIDED, Code.NOT_A_SYSTEM_ADMIN


@pytest.mark.parametrize(
    ("changed", "standing", "accepting", "declining", "reading"),
    [
        ({}, Standing.OPEN, None, None, None),
        ({"is_admin": False}, Standing.NOT_AN_ADMIN, NOBODY, NOBODY, NOBODY),
        ({"link_expires_at": SENT}, Standing.EXPIRED, GONE, GONE, GONE),
        ({"status": Status.EXPIRED}, Standing.EXPIRED, GONE, GONE, GONE),
        ({"status": Status.EXPIRED, "is_admin": False}, Standing.EXPIRED, GONE, GONE, GONE),
        ({"status": Status.ACCEPTED, "decided_by": "eva"}, Standing.YOURS, None, TAKEN, None),
        ({"status": Status.ACCEPTED, "decided_by": "fia"}, Standing.DECIDED, TAKEN, TAKEN, None),
        ({"status": Status.DECLINED, "decided_by": "eva"}, Standing.YOURS, TAKEN, None, None),
        ({"status": Status.DECLINED, "decided_by": "fia"}, Standing.DECIDED, TAKEN, TAKEN, None),
        (
            {"status": Status.CANCELLED, "is_admin": False, "link_expires_at": SENT},
            *(Standing.DECIDED, TAKEN, TAKEN, None),
        ),
    ],
)
def test_what_a_links_holder_stands_before_and_may_answer(
    changed: dict[str, Any],
    standing: Standing,
    accepting: Code | None,
    declining: Code | None,
    reading: Code | None,
) -> None:  # R33, R34, D1
    invitation = replace(OPEN, **changed)
    found = standing_at(invitation, SENT + SECOND)
    status = status_at(invitation.status, invitation.expires_at, SENT + SECOND)
    assert found is standing
    assert refusal_of_answer(Answer.ACCEPT, found, status, confirmed=True) is accepting
    assert refusal_of_answer(Answer.DECLINE, found, status) is declining
    assert refusal_of_page(found) is reading


@pytest.mark.parametrize(
    ("status", "cancel", "resend", "withdraw"),
    [
        (Status.PENDING, Step.DO, Step.DO, Step.DO),
        (Status.ACCEPTED, Step.REFUSE, Step.REFUSE, Step.PASS),
        (Status.DECLINED, Step.REFUSE, Step.REFUSE, Step.PASS),
        (Status.CANCELLED, Step.REPEAT, Step.REFUSE, Step.PASS),
        (Status.EXPIRED, Step.REFUSE, Step.REFUSE, Step.PASS),
    ],
)
def test_every_act_on_every_status(
    status: Status, cancel: Step, resend: Step, withdraw: Step
) -> None:  # D2, D11
    found = [step(status, act) for act in (Act.CANCEL, Act.RESEND, Act.WITHDRAW)]
    assert found == [cancel, resend, withdraw]


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("status", Status)
def test_nothing_is_accepted_without_confirmation(
    standing: Standing, status: Status
) -> None:  # D10
    code = refusal_of_answer(Answer.ACCEPT, standing, status, confirmed=False)
    assert code is not None or standing is Standing.YOURS


def test_a_late_clicker_is_told_also_without_confirmation() -> None:
    late = refusal_of_answer(Answer.ACCEPT, Standing.DECIDED, Status.ACCEPTED)
    early = refusal_of_answer(Answer.ACCEPT, Standing.OPEN, Status.PENDING)
    assert (late, early) == (Code.ALREADY_DECIDED, Code.CONFIRMATION_MISSING)


DAY = timedelta(hours=24)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("reminded", [False, True])
@pytest.mark.parametrize(
    ("now", "due"), [(ENDS - DAY - SECOND, False), (ENDS - DAY, True), (ENDS - SECOND, True)]
)
def test_one_reminder_when_a_day_is_left(
    status: Status, reminded: bool, now: datetime, due: bool
) -> None:  # D3
    found = reminder_is_due(
        status=status, sent_at=SENT, expires_at=ENDS, reminded=reminded, before=DAY, now=now
    )
    assert found is (due and status is Status.PENDING and not reminded)


@pytest.mark.parametrize(("window", "due"), [(DAY, False), (DAY + SECOND, True)])
def test_no_reminder_in_a_window_that_is_no_longer_than_it(
    window: timedelta, due: bool
) -> None:  # D3
    found = reminder_is_due(
        status=Status.PENDING,
        sent_at=SENT,
        expires_at=SENT + window,
        reminded=False,
        before=DAY,
        now=SENT + window - SECOND,
    )
    assert found is due


@pytest.mark.parametrize(
    ("status", "is_newest", "mails", "undeliverable"),
    [
        (Status.PENDING, True, ["failed", "failed"], True),
        (Status.PENDING, True, ["failed", "sent"], False),
        (Status.PENDING, True, ["failed", "queued"], False),
        (Status.PENDING, True, [], False),
        (Status.PENDING, False, ["failed"], False),
        (Status.ACCEPTED, True, ["failed"], False),
        (Status.EXPIRED, True, ["failed"], False),
    ],
)
def test_undeliverable_is_a_pending_request_whose_newest_mails_all_failed(
    status: Status, is_newest: bool, mails: list[str], undeliverable: bool
) -> None:  # D7
    assert is_undeliverable(status, is_newest=is_newest, mails=mails) is undeliverable


@given(
    st.lists(
        st.tuples(
            st.integers(-5, 5).map(lambda n: ENDS + n * SECOND),
            st.sampled_from(["eva", "fia", "gun"]),
            st.booleans(),
            st.booleans(),
            st.sampled_from(Answer),
        )
    ),
    st.sampled_from(Status),
)
def test_attempts_in_any_order_answer_at_most_once_and_in_time(
    attempts: list[tuple[datetime, str, bool, bool, Answer]], start: Status
) -> None:  # R32
    request = replace(OPEN, status=start)
    answered: list[tuple[datetime, str]] = []
    for now, who, is_admin, confirmed, said in attempts:
        invitation = replace(request, user_id=who, is_admin=is_admin)
        standing = standing_at(invitation, now)
        status = status_at(request.status, request.expires_at, now)
        code = refusal_of_answer(said, standing, status, confirmed)
        if code is None and standing is Standing.OPEN:
            assert is_admin
            assert confirmed or said is Answer.DECLINE
            assert now < ENDS
            answered.append((now, who))
            request = replace(request, status=Status(said.value), decided_by=who)
    assert len(answered) <= (start is Status.PENDING)


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
