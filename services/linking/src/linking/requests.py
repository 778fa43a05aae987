"""The life of a link request: pure rules, values in and values out.

`pending → accepted | declined | cancelled | expired`, all four final. The clock's word counts
before the row says so: a pending request at or past its expiry is expired (R26).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.problem_codes import Code


class Status(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Standing(StrEnum):
    """What the holder of an emailed link stands before."""

    OPEN = "open"
    YOURS = "yours"
    """This very person has accepted."""
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


def standing_at(invitation: Invitation, now: datetime) -> Standing:
    """What became of the request comes first, so that a late clicker is told (R33); then the
    clock; then the role."""
    status = status_at(invitation.status, invitation.expires_at, now)
    if status is Status.ACCEPTED and invitation.decided_by == invitation.user_id:
        return Standing.YOURS
    if status in (Status.ACCEPTED, Status.DECLINED, Status.CANCELLED):
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


def refusal_of_accept(standing: Standing, confirmed: bool) -> Code | None:
    """Why the holder may not accept; None for OPEN (it is done now) and YOURS (it was).

    The confirmation (D10) is asked for last: without it, too, one is told that it is too late.
    """
    if standing is Standing.OPEN and not confirmed:
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
