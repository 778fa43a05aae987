"""A bureau asks a client: the guard, the request, its recipients and its event, in one go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.envelope import uuid7
from contracts.events.linking import EXCLUDED, LinkRequested
from contracts.fields import EntryPoint
from contracts.problem_codes import Code
from linking.limits import SendingLimits
from linking.requests import Status, obstacle, status_at
from linking.service.auditing import OURS, Origin, record_of_pair
from linking.service.closing import expire
from linking.service.facts import client_admins
from linking.service.guard import bureau_of, person_of
from linking.service.limiting import check_sending
from linking.service.sendings import send
from linking.storage import directory, links, requests
from linking.storage.directory import BureauNow
from linking.swedish import sort_key
from linking.tables import Client, LinkRequest, Pair


@dataclass(frozen=True, slots=True)
class Terms:
    """link_ttl: how long a sending's links are good. public_url: where the paper forms are.
    limits: how much may be sent."""

    link_ttl: timedelta
    public_url: str
    limits: SendingLimits


@dataclass(frozen=True, slots=True)
class Wish:
    """What a bureau asks for. message: to the client's admins."""

    tenant_id: str
    entry_point: EntryPoint
    message: str | None = None


async def create(
    session: AsyncSession,
    outbox: Outbox,
    terms: Terms,
    caller: Principal,
    wish: Wish,
    origin: Origin = OURS,
) -> LinkRequest:
    """The new request; its mails are due by the event LinkRequested.

    Raises FORBIDDEN, BUREAU_EXCLUDED (before anything of the client is looked up, R13),
    CLIENT_NOT_FOUND, ALREADY_LINKED, DUPLICATE_REQUEST with the first one's Location (D5),
    NO_SYSTEM_ADMIN (R22), RATE_LIMITED. A pending request past its time is expired first (R27).
    """
    bureau = await bureau_of(session, caller, lock=True)
    check_eligible(bureau)
    client = await directory.client(session, wish.tenant_id, lock=True)
    if client is None:
        raise Refused(Code.CLIENT_NOT_FOUND)
    pair = await requests.lock_pair(session, bureau.bureau_id, client.tenant_id)
    now = await directory.now(session)
    before = await requests.pending(session, pair.bureau_id, pair.tenant_id)
    code = obstacle(
        known=True,
        linked=await links.active(session, pair.bureau_id, pair.tenant_id) is not None,
        pending=_is_pending(before, now),
        admins=len(client.system_admins),
    )
    if code is not None:
        raise refused(code, terms, before)
    await check_sending(
        session, terms.limits, pair.bureau_id, pair.tenant_id, client_admins(client), now
    )
    if before is not None:
        await expire(session, outbox, pair, before)
    request = await _ask(session, terms, pair, bureau, client, wish, now)
    await send(session, outbox, LinkRequested, pair, request, client, now, terms.link_ttl)
    await record_of_pair(
        session,
        "link_requested",
        f"request:{request.id}",
        pair,
        by=person_of(bureau),
        origin=origin,
        entry_point=wish.entry_point,
    )
    return request


def check_eligible(bureau: BureauNow) -> None:
    if not bureau.eligible:
        raise Refused(Code.BUREAU_EXCLUDED)


def _is_pending(request: LinkRequest | None, now: datetime) -> bool:
    return (
        request is not None and status_at(request.status, request.expires_at, now) is Status.PENDING
    )


def refused(code: Code, terms: Terms, before: LinkRequest | None = None) -> Refused:
    """The code as the bureau is told it: with the first request's address, or the way on."""
    if code is Code.DUPLICATE_REQUEST and before is not None:
        return Refused(code, headers={"Location": location(before)})
    if code is Code.NO_SYSTEM_ADMIN:
        return Refused(
            code, f"Nobody there can accept; use the paper form: {terms.public_url}/blanketter"
        )
    return Refused(code)


def location(request: LinkRequest) -> str:
    return f"/v1/link-requests/{request.id}"


async def _ask(
    session: AsyncSession,
    terms: Terms,
    pair: Pair,
    bureau: BureauNow,
    client: Client,
    wish: Wish,
    now: datetime,
) -> LinkRequest:
    person = person_of(bureau).model_dump()
    pair.version += 1
    request = LinkRequest(
        id=uuid7(),
        bureau_id=pair.bureau_id,
        tenant_id=pair.tenant_id,
        status=Status.PENDING.value,
        version=pair.version,
        sending=1,
        entry_point=wish.entry_point,
        message=wish.message,
        bureau_name=bureau.name,
        client_name=client.name,
        client_key=sort_key(client.name),
        requested_by=person,
        created_at=now,
        expires_at=now + terms.link_ttl,
    )
    await requests.add(session, request)
    await requests.tell(session, request.id, now, "requested", by=person, text=wish.message)
    return request


@dataclass(frozen=True, slots=True)
class Answer:
    """May the caller's bureau ask? reason: the code that says why not."""

    eligible: bool
    reason: str | None
    entry_points: list[str]


async def eligibility(session: AsyncSession, caller: Principal, tenant_id: str | None) -> Answer:
    """What `create` would say, of the bureau alone or of that client too; changes nothing."""
    bureau = await bureau_of(session, caller)
    if not bureau.eligible:
        return Answer(False, bureau.reason or EXCLUDED, bureau.entry_points)
    if tenant_id is None:
        return Answer(True, None, bureau.entry_points)
    client = await directory.client(session, tenant_id)
    before = await requests.pending(session, bureau.bureau_id, tenant_id)
    linked = await links.active(session, bureau.bureau_id, tenant_id)
    now = await directory.now(session)
    code = obstacle(
        known=client is not None,
        linked=linked is not None,
        pending=_is_pending(before, now),
        admins=0 if client is None else len(client.system_admins),
    )
    return Answer(code is None, None if code is None else code.name, bureau.entry_points)
