"""What a bureau does with a request that it sent: takes it back, sends it again (D2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.events.linking import LinkRequestResent
from contracts.fields import UUID_TEXT
from contracts.problem_codes import Code
from linking.requests import Act, Step, status_at, step
from linking.service import closing
from linking.service.asking import Terms, check_eligible, refused
from linking.service.auditing import Origin, record_of_pair
from linking.service.facts import client_admins
from linking.service.guard import bureau_of, person_of
from linking.service.limiting import check_sending
from linking.service.refusals import already_decided
from linking.service.sendings import send
from linking.storage import directory, requests
from linking.storage.directory import BureauNow
from linking.tables import Client, LinkRequest, Pair


async def cancel(
    session: AsyncSession, outbox: Outbox, caller: Principal, request_id: str, origin: Origin
) -> LinkRequest:
    """The request, taken back now or earlier. Raises REQUEST_NOT_FOUND, ALREADY_DECIDED."""
    bureau = await bureau_of(session, caller, lock=True)
    pair, request, _ = await _locked(session, bureau, request_id)
    now = await directory.now(session)
    if _step(request, now, Act.CANCEL) is Step.DO:
        await closing.cancel(
            session, outbox, pair, request, now, by=person_of(bureau), origin=origin
        )
    return request


async def resend(
    session: AsyncSession,
    outbox: Outbox,
    terms: Terms,
    caller: Principal,
    request_id: str,
    origin: Origin,
) -> LinkRequest:
    """New links to the client's admins of now; the request ends with them.

    Raises REQUEST_NOT_FOUND, BUREAU_EXCLUDED, ALREADY_DECIDED (of an expired one, too),
    NO_SYSTEM_ADMIN, RATE_LIMITED.
    """
    bureau = await bureau_of(session, caller, lock=True)
    pair, request, client = await _locked(session, bureau, request_id)
    check_eligible(bureau)
    now = await directory.now(session)
    _step(request, now, Act.RESEND)
    if client is None or not client.system_admins:
        raise refused(Code.NO_SYSTEM_ADMIN, terms)
    await check_sending(
        session, terms.limits, pair.bureau_id, pair.tenant_id, client_admins(client), now
    )
    pair.version += 1
    request.version, request.sending = pair.version, request.sending + 1
    request.expires_at = now + terms.link_ttl
    await session.flush()
    person = person_of(bureau)
    await requests.tell(session, request.id, now, "resent", by=person.model_dump())
    await send(session, outbox, LinkRequestResent, pair, request, client, now, terms.link_ttl)
    await record_of_pair(
        session,
        "link_request_resent",
        f"request:{request.id}",
        pair,
        by=person,
        origin=origin,
        sending=request.sending,
    )
    return request


async def _locked(
    session: AsyncSession, bureau: BureauNow, request_id: str
) -> tuple[Pair, LinkRequest, Client | None]:
    """The bureau's own request with its pair and its client locked: REQUEST_NOT_FOUND for any
    other, before anything of it is looked at."""
    found = None
    if UUID_TEXT.fullmatch(request_id):
        found = await requests.pair_of(session, UUID(request_id))
    if found is None or found[0] != bureau.bureau_id:
        raise Refused(Code.REQUEST_NOT_FOUND)
    client = await directory.client(session, found[1], lock=True)
    pair = await requests.lock_pair(session, *found)
    request = await requests.request(session, UUID(request_id))
    assert request is not None  # its pair was found by it
    return pair, request, client


def _step(request: LinkRequest, now: datetime, act: Act) -> Step:
    status = status_at(request.status, request.expires_at, now)
    found = step(status, act)
    if found is Step.REFUSE:
        raise already_decided(request, status)
    return found
