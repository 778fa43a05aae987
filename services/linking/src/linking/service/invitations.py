"""The emailed link: whose it is, and what it stands before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Refused
from contracts.link_token import LinkToken, Purpose
from contracts.problem_codes import Code
from linking.requests import Invitation, Standing, Status, standing_at, status_at
from linking.service import facts
from linking.service.refusals import already_decided
from linking.storage import directory, links, requests
from linking.storage.directory import BureauNow
from linking.tables import Client, Link, LinkRequest, MailedAdmin, Sending


@dataclass(frozen=True, slots=True)
class Opened:
    """All that the page behind a link shows (R29). status: as of `now`, by the database's clock.

    client: None when the directory has deleted it. is_admin: whether the holder is an admin now, at
    the link's address. linked: names of bureaus (D6), for such an admin only, since an old link
    outlives the role. said: what the holder wrote when she declined, nobody else's words. link:
    what the request led to, or a paper form instead of it. has_newer: whether another mail, of this
    request or of the bureau's next one, has a link that the holder can still answer by.
    linked_again: whether the bureau is linked now although that link has ended; told to an admin
    of now only.
    """

    request: LinkRequest
    sending: Sending
    invited: MailedAdmin
    bureau: BureauNow | None
    client: Client | None
    standing: Standing
    status: Status
    is_admin: bool
    linked: list[str]
    link: Link | None
    said: str | None
    has_newer: bool
    linked_again: bool
    now: datetime

    @property
    def decided_at(self) -> datetime | None:
        """An expired request was decided at its expiry, whether or not that is swept."""
        if self.status is Status.EXPIRED:
            return self.request.expires_at
        return self.request.decided_at

    @property
    def ended_at(self) -> datetime | None:
        """When the access ended that the request, or a paper form, had given."""
        return None if self.link is None else self.link.ended_at


async def open_link(session: AsyncSession, token: LinkToken) -> Opened:
    """What the link stands before; changes nothing, however often (R31). Raises NOT_FOUND."""
    return await look(session, token, await asked(session, token))


def check(opened: Opened, code: Code | None) -> None:
    """Raises the code, told with what somebody who comes late wants to know (R33, R35)."""
    if code is Code.ALREADY_DECIDED:
        raise already_decided(opened.request, opened.status)
    if code is not None:
        raise Refused(code)


async def asked(session: AsyncSession, token: LinkToken) -> LinkRequest:
    """The request that a link is about. Raises NOT_FOUND, also for a link to manage with."""
    found = None
    if token.purpose is Purpose.DECIDE:
        found = await requests.request(session, token.subject)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def look(session: AsyncSession, token: LinkToken, request: LinkRequest) -> Opened:
    """What the link's holder stands before, as of now. Raises NOT_FOUND for who was not mailed."""
    sending = await requests.sending(session, request.id, token.window)
    mailed = await requests.recipients(session, request.id, token.window)
    invited = next((one for one in mailed if token.is_for(one.user_id)), None)
    if sending is None or invited is None:
        raise Refused(Code.NOT_FOUND)
    client = await directory.client(session, request.tenant_id)
    is_admin = admin_now(client, token) is not None
    now = await directory.now(session)
    invitation = Invitation(
        status=Status(request.status),
        expires_at=request.expires_at,
        decided_by=_decider(request),
        user_id=invited.user_id,
        link_expires_at=sending.expires_at,
        is_admin=is_admin,
    )
    standing = standing_at(invitation, now)
    status = status_at(request.status, request.expires_at, now)
    link = await links.of_request(session, request)
    has_ended = link is not None and link.ended_at is not None
    is_hers = standing is Standing.YOURS and invitation.status is Status.DECLINED
    return Opened(
        request=request,
        sending=sending,
        invited=invited,
        bureau=await directory.bureau(session, request.bureau_id, request.requested_by["user_id"]),
        client=client,
        standing=standing,
        status=status,
        is_admin=is_admin,
        linked=await links.linked_bureaus(session, request.tenant_id) if is_admin else [],
        link=link,
        said=await requests.said_with(session, request.id, "declined") if is_hers else None,
        has_newer=standing is Standing.EXPIRED
        and await _has_newer(session, request, client, invited.user_id, now),
        linked_again=is_admin
        and has_ended
        and await links.active(session, request.bureau_id, request.tenant_id) is not None,
        now=now,
    )


async def _has_newer(
    session: AsyncSession, request: LinkRequest, client: Client | None, user_id: str, now: datetime
) -> bool:
    """Whether the pair's newest sending went to her, where she is an admin now, and is open."""
    waiting = await requests.pending(session, request.bureau_id, request.tenant_id)
    if waiting is None or now >= waiting.expires_at:
        return False
    mailed = await requests.recipients(session, waiting.id, waiting.sending)
    return any(one.user_id == user_id for one in facts.still_admins(client, mailed))


def _decider(request: LinkRequest) -> str | None:
    by = request.decided_by
    return str(by["user_id"]) if by is not None and by["side"] == "client" else None


def admin_now(client: Client | None, token: LinkToken) -> dict[str, Any] | None:
    """The link's holder among the client's admins of now, at the address it was sent to (R34)."""
    for admin in client.system_admins if client is not None else ():
        if token.is_for(admin["user_id"]) and token.went_to(admin["email"]):
            return admin
    return None
