"""The life of a link request: pure rules, values in and values out.

`pending → accepted | declined | cancelled | expired`, all four final. The clock's word counts
before the row says so: a pending request at or past its expiry is expired (R26).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.problem_codes import Code


class Status(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Answer(StrEnum):
    """What an admin may say. The value is the status that it leads to."""

    ACCEPT = "accepted"
    DECLINE = "declined"


class Act(StrEnum):
    """What others do with it. WITHDRAW: a paper form or a deletion makes it pointless (D11)."""

    CANCEL = "cancel"
    RESEND = "resend"
    WITHDRAW = "withdraw"


class Step(StrEnum):
    DO = "do"
    REPEAT = "repeat"
    """It was done before: the same answer, nothing happens."""
    REFUSE = "refuse"
    """It is decided: ALREADY_DECIDED."""
    PASS = "pass"  # noqa: S105
    """There is nothing to do, and nobody to tell so."""


class Standing(StrEnum):
    """What the holder of an emailed link stands before."""

    OPEN = "open"
    YOURS = "yours"
    """This very person has accepted or declined."""
    DECIDED = "decided"
    """By somebody else, or in another way."""
    EXPIRED = "expired"
    NOT_AN_ADMIN = "not_an_admin"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One emailed link and its request.

    status, expires_at: of the request, as stored. decided_by: the user id of who decided on the
    client's side, or None. user_id: whom the link was sent to. link_expires_at: of its sending.
    is_admin: whether that person is a system admin of the client now, at that address (R34).
    """

    status: Status
    expires_at: datetime
    decided_by: str | None
    user_id: str
    link_expires_at: datetime
    is_admin: bool


def status_at(status: str, expires_at: datetime, now: datetime) -> Status:
    """The status that everybody is shown, swept or not."""
    stored = Status(status)
    return Status.EXPIRED if stored is Status.PENDING and now >= expires_at else stored


def step(status: Status, act: Act) -> Step:
    """What an act does to a request of this status, the clock's word included."""
    if status is Status.PENDING:
        return Step.DO
    if act is Act.WITHDRAW:
        return Step.PASS
    if act is Act.CANCEL and status is Status.CANCELLED:
        return Step.REPEAT
    return Step.REFUSE


def reminder_is_due(
    *,
    status: Status,
    sent_at: datetime,
    expires_at: datetime,
    reminded: bool,
    before: timedelta,
    now: datetime,
) -> bool:
    """Once per window, when no more than `before` is left; never in one that is no longer (D3).

    sent_at, expires_at: of the newest sending.
    """
    is_short = expires_at - sent_at <= before
    return status is Status.PENDING and not reminded and not is_short and now >= expires_at - before


def is_undeliverable(status: Status, *, is_newest: bool, mails: Sequence[str]) -> bool:
    """Whether nobody can answer, since every mail of the newest sending failed for good (D7).

    mails: each recipient's `queued`, `sent` or `failed`.
    """
    all_failed = bool(mails) and all(mail == "failed" for mail in mails)
    return status is Status.PENDING and is_newest and all_failed


def standing_at(invitation: Invitation, now: datetime) -> Standing:
    """What became of the request comes first, so that a late clicker is told (R33); then the
    clock; then the role."""
    status = status_at(invitation.status, invitation.expires_at, now)
    answered = status in (Status.ACCEPTED, Status.DECLINED)
    if answered and invitation.decided_by == invitation.user_id:
        return Standing.YOURS
    if answered or status is Status.CANCELLED:
        return Standing.DECIDED
    if status is Status.EXPIRED or now >= invitation.link_expires_at:
        return Standing.EXPIRED
    return Standing.OPEN if invitation.is_admin else Standing.NOT_AN_ADMIN


_REFUSALS = {
    Standing.DECIDED: Code.ALREADY_DECIDED,
    Standing.EXPIRED: Code.LINK_EXPIRED,
    Standing.NOT_AN_ADMIN: Code.NOT_A_SYSTEM_ADMIN,
}


def refusal_of_page(standing: Standing) -> Code | None:
    """Why the link's page can't be shown; what was decided can (R33)."""
    return None if standing is Standing.DECIDED else _REFUSALS.get(standing)


def refusal_of_answer(
    answer: Answer, standing: Standing, status: Status, confirmed: bool = False
) -> Code | None:
    """Why the holder may not answer so; None where it is done now (OPEN) or was (YOURS).

    status: the clock's word included. Only accepting takes a confirmation (D10), and it is asked
    for last: without it, too, one is told that it is too late. Who declined can't accept any more.
    """
    if standing is Standing.YOURS:
        return None if status.value == answer.value else Code.ALREADY_DECIDED
    if standing is Standing.OPEN and answer is Answer.ACCEPT and not confirmed:
        return Code.CONFIRMATION_MISSING
    return _REFUSALS.get(standing)


def obstacle(*, known: bool, linked: bool, pending: bool, admins: int) -> Code | None:
    """Why an eligible bureau can't ask this client; None when it can.

    known: the directory has the client. pending: a request that has not expired.
    admins: how many system admins the client has now.
    """
    if not known:
        return Code.CLIENT_NOT_FOUND
    if linked:
        return Code.ALREADY_LINKED
    if pending:
        return Code.DUPLICATE_REQUEST
    return None if admins else Code.NO_SYSTEM_ADMIN
