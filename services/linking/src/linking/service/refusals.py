"""Refusals that say more than their code."""

from datetime import datetime

from chassis.problems import Refused
from contracts.problem_codes import Code
from linking.requests import Status
from linking.tables import LinkRequest


def already_decided(request: LinkRequest, status: Status) -> Refused:
    """ALREADY_DECIDED with how, who and when (R33, R35). status: the clock's word included."""
    at = request.expires_at if status is Status.EXPIRED else request.decided_at
    return Refused(
        Code.ALREADY_DECIDED,
        request_status=status.value,
        decided_by=request.decided_by,
        decided_at=None if at is None else _rfc3339(at),
    )


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
