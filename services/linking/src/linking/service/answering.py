"""The answer of an emailed link's holder: accept or decline, once, the first one wins (R32)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from contracts.events.event import Person, Recipient
from contracts.events.linking import LinkEstablished, LinkRequestAccepted, LinkRequestDeclined
from contracts.link_token import LinkToken
from contracts.org_number import OrgNumber
from linking.requests import Answer, Standing, refusal_of_answer
from linking.service import facts
from linking.service.auditing import Action, Origin, record_of_pair
from linking.service.establishing import establish
from linking.service.invitations import Opened, asked, check, look
from linking.service.locking import lock
from linking.storage import requests
from linking.tables import LinkRequest, Pair


async def answer(
    session: AsyncSession,
    outbox: Outbox,
    token: LinkToken,
    said: Answer,
    origin: Origin,
    shown: Callable[[Opened], str],
    *,
    confirmed: bool = False,
    message: str | None = None,
) -> Opened:
    """Accepts or declines for the link's holder, or finds that she has done so before.

    shown: the text of the page that she answers on. confirmed: for accepting (D10). message: to
    the bureau, with a refusal (D1). Raises NOT_FOUND, ALREADY_DECIDED with who and when,
    LINK_EXPIRED, NOT_A_SYSTEM_ADMIN, CONFIRMATION_MISSING: the first of these that holds.
    """
    request = await asked(session, token)
    # So a role that is taken back is either gone here, or taken back after the acceptance.
    pair = await lock(session, request.bureau_id, request.tenant_id)
    opened = await look(session, token, await asked(session, token))
    check(opened, refusal_of_answer(said, opened.standing, opened.status, confirmed))
    if opened.standing is Standing.YOURS:
        return opened
    origin = replace(origin, shown=shown(opened), sent_to=opened.invited.user_id)
    if said is Answer.ACCEPT:
        await _accept(session, outbox, pair, opened, origin)
    else:
        await _decline(session, outbox, pair, opened, origin, message)
    return await look(session, token, opened.request)


async def _decline(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    opened: Opened,
    origin: Origin,
    message: str | None,
) -> None:
    request, _, person = await _decide(session, pair, opened, Answer.DECLINE, message)
    await _record(session, "link_request_declined", pair, opened, person, origin)
    event = LinkRequestDeclined(
        **facts.of_request(pair, request, opened.bureau),
        window=request.sending,
        decided_at=opened.now,
        decided_by=person,
        message=message,
    )
    await outbox.add(session, [event])


async def _accept(
    session: AsyncSession, outbox: Outbox, pair: Pair, opened: Opened, origin: Origin
) -> None:
    request, acceptor, person = await _decide(session, pair, opened, Answer.ACCEPT, None)
    accepted = facts.of_request(pair, request, opened.bureau)
    client = opened.client
    assert client is not None  # its admin stands before us
    link = await establish(
        session,
        pair,
        client,
        request.bureau_name,
        "digital",
        opened.now,
        request_id=request.id,
        accepted_by=person,
    )
    await _record(
        session, "link_request_accepted", pair, opened, person, origin, link_id=str(link.id)
    )
    mailed = facts.still_admins(
        client, await requests.recipients(session, request.id, request.sending)
    )
    others = [one for one in mailed if one.user_id != acceptor.user_id]
    await outbox.add(
        session,
        [
            LinkRequestAccepted(
                **accepted,
                window=request.sending,
                decided_at=opened.now,
                decided_by=person,
                link_id=link.id,
                acceptor=acceptor,
                recipients=facts.recipients(others),
            ),
            LinkEstablished(
                **facts.of_link(pair, link),
                request_id=request.id,
                client_org_number=OrgNumber(client.org_number).masked,
                established_at=opened.now,
                accepted_by=person,
            ),
        ],
    )


async def _decide(
    session: AsyncSession, pair: Pair, opened: Opened, said: Answer, message: str | None
) -> tuple[LinkRequest, Recipient, Person]:
    """The decided request, and who decided: with her address and without."""
    request, client = opened.request, opened.client
    assert client is not None  # its admin stands before us
    admin = next(a for a in client.system_admins if a["user_id"] == opened.invited.user_id)
    decider = Recipient(**admin)
    person = Person(user_id=decider.user_id, name=decider.name, side="client")
    pair.version += 1
    request.status, request.version = said.value, pair.version
    request.decided_at, request.decided_by = opened.now, person.model_dump()
    await session.flush()
    await requests.tell(
        session, request.id, opened.now, said.value, by=person.model_dump(), text=message
    )
    return request, decider, person


async def _record(
    session: AsyncSession,
    action: Action,
    pair: Pair,
    opened: Opened,
    person: Person,
    origin: Origin,
    **more: Any,
) -> None:
    await record_of_pair(
        session,
        action,
        f"request:{opened.request.id}",
        pair,
        by=person,
        origin=origin,
        sending=opened.sending.number,
        **more,
    )
