"""The emailed link: whose it is, what it stands before, and the acceptance."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.envelope import uuid7
from contracts.events.event import Person, Recipient
from contracts.events.linking import LinkEstablished, LinkRequestAccepted
from contracts.link_token import LinkToken, Purpose
from contracts.org_number import OrgNumber
from contracts.problem_codes import Code
from linking.requests import (
    Invitation,
    Standing,
    Status,
    refusal_of_accept,
    standing_at,
    status_at,
)
from linking.service.asking import recipient
from linking.storage import directory, links, requests
from linking.storage.directory import BureauNow
from linking.tables import Client, Link, LinkRequest, MailedAdmin, Pair, Sending


@dataclass(frozen=True, slots=True)
class Opened:
    """All that the page behind a link shows (R29). status: as of `now`, by the database's clock.

    client: None when the directory has deleted it. linked: names of bureaus (D6), for an admin of
    now only, since an old link outlives the role.
    """

    request: LinkRequest
    sending: Sending
    invited: MailedAdmin
    bureau: BureauNow | None
    client: Client | None
    standing: Standing
    status: Status
    linked: list[str]
    now: datetime

    @property
    def decided_at(self) -> datetime | None:
        """An expired request was decided at its expiry, whether or not that is swept."""
        if self.status is Status.EXPIRED:
            return self.request.expires_at
        return self.request.decided_at


async def open_link(session: AsyncSession, token: LinkToken) -> Opened:
    """What the link stands before; changes nothing, however often (R31). Raises NOT_FOUND."""
    request = await _request(session, token.subject, token.purpose)
    return await _open(session, token, request)


async def accept(
    session: AsyncSession, outbox: Outbox, token: LinkToken, *, confirmed: bool
) -> Opened:
    """Accepts for the link's holder, or finds that she has done so before.

    The first admin wins (R32). Raises NOT_FOUND, ALREADY_DECIDED with who and when, LINK_EXPIRED,
    NOT_A_SYSTEM_ADMIN, CONFIRMATION_MISSING: the first of these that holds.
    """
    request = await _request(session, token.subject, token.purpose)
    # Locked as everywhere: bureau, tenant, pair. So a role that is taken back is either gone
    # here, or taken back after the acceptance.
    await directory.bureau(session, request.bureau_id, "", lock=True)
    await directory.client(session, request.tenant_id, lock=True)
    pair = await requests.lock_pair(session, request.bureau_id, request.tenant_id)
    request = await _request(session, token.subject, token.purpose)
    opened = await _open(session, token, request)
    check(opened, refusal_of_accept(opened.standing, confirmed))
    if opened.standing is Standing.YOURS:
        return opened
    await _establish(session, outbox, pair, opened)
    return await _open(session, token, request)


def check(opened: Opened, code: Code | None) -> None:
    """Raises the code, told with what somebody who comes late wants to know (R33, R35)."""
    if code is Code.ALREADY_DECIDED:
        raise Refused(
            code,
            request_status=opened.status.value,
            decided_by=opened.request.decided_by,
            decided_at=None if opened.decided_at is None else rfc3339(opened.decided_at),
        )
    if code is not None:
        raise Refused(code)


def rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def _request(session: AsyncSession, request_id: UUID, purpose: Purpose) -> LinkRequest:
    found = await requests.request(session, request_id) if purpose is Purpose.DECIDE else None
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return found


async def _open(session: AsyncSession, token: LinkToken, request: LinkRequest) -> Opened:
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
    return Opened(
        request=request,
        sending=sending,
        invited=invited,
        bureau=await directory.bureau(session, request.bureau_id, request.requested_by["user_id"]),
        client=client,
        standing=standing_at(invitation, now),
        status=status_at(request.status, request.expires_at, now),
        linked=await links.linked_bureaus(session, request.tenant_id) if is_admin else [],
        now=now,
    )


def _decider(request: LinkRequest) -> str | None:
    by = request.decided_by
    return str(by["user_id"]) if by is not None and by["side"] == "client" else None


def admin_now(client: Client | None, token: LinkToken) -> dict[str, Any] | None:
    """The link's holder among the client's admins of now, at the address it was sent to (R34)."""
    for admin in client.system_admins if client is not None else ():
        if token.is_for(admin["user_id"]) and token.went_to(admin["email"]):
            return admin
    return None


async def _establish(session: AsyncSession, outbox: Outbox, pair: Pair, opened: Opened) -> None:
    request, client, now = opened.request, opened.client, opened.now
    assert client is not None  # its admin stands before us
    admin = next(a for a in client.system_admins if a["user_id"] == opened.invited.user_id)
    acceptor = Recipient(**admin)
    person = Person(user_id=acceptor.user_id, name=acceptor.name, side="client")
    accepted_version, linked_version = pair.version + 1, pair.version + 2
    pair.version = linked_version
    request.status, request.version = Status.ACCEPTED.value, accepted_version
    request.decided_at, request.decided_by = now, person.model_dump()
    link = Link(
        id=uuid7(),
        bureau_id=pair.bureau_id,
        tenant_id=pair.tenant_id,
        status="active",
        route="digital",
        version=linked_version,
        request_id=request.id,
        bureau_name=request.bureau_name,
        client_name=client.name,
        established_at=now,
        accepted_by=person.model_dump(),
    )
    session.add(link)
    await session.flush()
    await requests.tell(session, request.id, now, "accepted", by=person.model_dump())
    mailed = await requests.recipients(session, request.id, request.sending)
    await outbox.add(
        session,
        [
            LinkRequestAccepted(
                bureau_id=pair.bureau_id,
                tenant_id=pair.tenant_id,
                version=accepted_version,
                request_id=request.id,
                bureau_name=request.bureau_name,
                client_name=client.name,
                requested_by=Person(**request.requested_by),
                requester=recipient(opened.bureau),
                created_at=request.created_at,
                window=request.sending,
                decided_at=now,
                decided_by=person,
                link_id=link.id,
                acceptor=acceptor,
                recipients=tuple(
                    Recipient(**one.model_dump(include={"user_id", "name", "email", "locale"}))
                    for one in mailed
                    if one.user_id != acceptor.user_id
                ),
            ),
            LinkEstablished(
                bureau_id=pair.bureau_id,
                tenant_id=pair.tenant_id,
                version=linked_version,
                link_id=link.id,
                bureau_name=request.bureau_name,
                client_name=client.name,
                route="digital",
                request_id=request.id,
                client_org_number=OrgNumber(client.org_number).masked,
                established_at=now,
                accepted_by=person,
            ),
        ],
    )
