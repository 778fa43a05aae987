"""Linking's database was restored to an earlier day: it takes back what others have heard of it
since, and speaks above the versions that they know. Why so: docs/decisions/0019."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import invalid
from contracts.events.event import Person
from contracts.events.linking import BureauEligibility
from contracts.standings import BureauStanding, PairStanding
from linking.heard import Act, act
from linking.requests import Status
from linking.service import snapshots
from linking.service.auditing import Origin, record, record_of_pair
from linking.service.closing import Reason, withdraw
from linking.service.deletions import bureaus_gone, clients_gone
from linking.service.guard import support_person
from linking.service.locking import lock
from linking.storage import directory, exclusions, links, requests
from linking.tables import Link, Pair

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)

Outcome = Literal["link_taken_back", "end_taken_back", "said_again", "not_in_directory"]


async def mend_pair(
    session: AsyncSession, outbox: Outbox, caller: Principal, heard: PairStanding, origin: Origin
) -> Outcome:
    """not_in_directory: linking does not know the bureau or the client; nothing was changed.
    Repeating it is harmless, and so is what was heard of a while ago.

    Raises INVALID_INPUT for a link of another pair, and for moments that can't be.
    """
    pair = await lock(session, heard.bureau_id, heard.tenant_id)
    by = support_person(caller)
    link = await links.link(session, heard.link_id)
    if link is not None and (link.bureau_id, link.tenant_id) != (pair.bureau_id, pair.tenant_id):
        raise invalid("link_id", "is another pair's link")
    _check(heard, await directory.now(session))
    active = await links.active(session, pair.bureau_id, pair.tenant_id)
    over = await links.last_end(session, pair.bureau_id, pair.tenant_id)
    done = act(
        known=None if link is None else link.status == "active",
        heard=heard.active,
        other_active=active is not None and active.id != heard.link_id,
        ended_since=over is not None
        and heard.established_at is not None
        and over > heard.established_at,
    )
    outcome: Outcome = "said_again"
    if done in (Act.TAKE_LINK, Act.TAKE_ENDED):
        ended_at = None if heard.active else heard.ended_at or await directory.now(session)
        ended_at = over if done is Act.TAKE_ENDED else ended_at
        link = await _take_link(session, outbox, pair, heard, ended_at, by, origin)
        outcome = "link_taken_back"
    elif done is Act.TAKE_END and link is not None:
        await _take_end(session, link, heard)
        outcome = "end_taken_back"
    if link is None and outcome == "link_taken_back":
        return "not_in_directory"
    await _speak_above(session, outbox, pair, heard)
    if link is not None and outcome != "said_again":
        await record_of_pair(
            session,
            "link_mended",
            f"link:{link.id}",
            pair,
            by=by,
            origin=origin,
            status=link.status,
            route=link.route,
        )
        await _end_of_what_is_deleted(session, outbox, pair)
    return outcome


async def mend_bureau(
    session: AsyncSession, outbox: Outbox, caller: Principal, heard: BureauStanding, origin: Origin
) -> Outcome:
    """Says again who may use the digital route, above the version that search has heard."""
    await exclusions.lock(session)
    known = (await exclusions.eligibility(session, [heard.bureau_id])).get(heard.bureau_id)
    if known is None:
        return "not_in_directory"
    eligible, reason, version = known
    if (eligible, reason) != (heard.eligible, heard.reason) and version <= heard.version:
        version = heard.version + 1
    said = BureauEligibility(
        bureau_id=heard.bureau_id,
        eligible=eligible,
        reason=reason,
        version=max(version, heard.version),
    )
    await exclusions.put_eligibility(session, [said.model_dump()])
    await outbox.add(session, [said], snapshot=True)
    await record(
        session,
        "bureau_mended",
        f"bureau:{heard.bureau_id}",
        by=support_person(caller),
        origin=origin,
        bureau_id=heard.bureau_id,
        version=said.version,
    )
    return "said_again"


def _check(heard: PairStanding, now: datetime) -> None:
    for field, moment in (("established_at", heard.established_at), ("ended_at", heard.ended_at)):
        if moment is not None and not _FIRST <= moment <= now + timedelta(hours=1):
            raise invalid(field, "must be a moment since 2000 that is not to come")


async def _take_link(
    session: AsyncSession,
    outbox: Outbox,
    pair: Pair,
    heard: PairStanding,
    ended_at: datetime | None,
    by: Person,
    origin: Origin,
) -> Link | None:
    """ended_at: None for a link that goes on."""
    bureau = await directory.known_bureau(session, pair.bureau_id)
    client = await directory.known_client(session, pair.tenant_id)
    if bureau is None or client is None:
        return None
    # Of a link whose end was heard of first, activation does not know the beginning.
    began = heard.established_at or ended_at or await directory.now(session)
    accepted_by = None if heard.accepted_by is None else heard.accepted_by.model_dump()
    link = Link(
        id=heard.link_id,
        bureau_id=pair.bureau_id,
        tenant_id=pair.tenant_id,
        status="active" if ended_at is None else "ended",
        route=heard.route,
        version=heard.version,
        bureau_name=bureau.name,
        client_name=client.name,
        established_at=began,
        accepted_by=accepted_by,
        ended_at=ended_at,
    )
    session.add(link)
    await _close_request(session, outbox, pair, link, by, origin)
    await session.flush()
    return link


async def _take_end(session: AsyncSession, link: Link, heard: PairStanding) -> None:
    # First the moment: to ask for it writes what was changed, and no link ends without one.
    link.ended_at = heard.ended_at or await directory.now(session)
    link.status, link.version = "ended", max(link.version, heard.version)
    await session.flush()


async def _close_request(
    session: AsyncSession, outbox: Outbox, pair: Pair, link: Link, by: Person, origin: Origin
) -> None:
    """A request of before the link was accepted, of which everybody was told when it happened. One
    that an active link makes pointless is taken back."""
    request = await requests.pending(session, pair.bureau_id, pair.tenant_id)
    if request is None:
        return
    began: datetime = link.established_at
    if link.route == "digital" and request.created_at <= began:
        pair.version += 1
        request.status, request.version = Status.ACCEPTED.value, pair.version
        request.decided_at, request.decided_by = began, link.accepted_by
        link.request_id = request.id
        await requests.tell(session, request.id, began, "accepted", by=link.accepted_by)
    elif link.status == "active":
        now = await directory.now(session)
        reason: Reason | None = "paper_form" if link.route == "paper_form" else None
        await withdraw(session, outbox, pair, now, by=by, reason=reason, origin=origin)


async def _speak_above(
    session: AsyncSession, outbox: Outbox, pair: Pair, heard: PairStanding
) -> None:
    """Says how the pair's link stands, by a version that activation takes."""
    pair.version = max(pair.version, heard.version)
    link = await links.active(session, pair.bureau_id, pair.tenant_id)
    link = link or await links.newest(session, pair.bureau_id, pair.tenant_id)
    if link is not None:
        if (link.id, link.status == "active") != (heard.link_id, heard.active):
            if link.version <= heard.version:
                pair.version += 1
                link.version = pair.version
        else:
            link.version = max(link.version, heard.version)
    await session.flush()
    key = f"{pair.bureau_id}:{pair.tenant_id}"
    page = await snapshots.newest_links(session, None, key, 1)
    await outbox.add(session, page.events, snapshot=True)


async def _end_of_what_is_deleted(session: AsyncSession, outbox: Outbox, pair: Pair) -> None:
    """The directory has deleted one of the two while linking did not know of the link (D11)."""
    bureau = await directory.known_bureau(session, pair.bureau_id)
    client = await directory.known_client(session, pair.tenant_id)
    if bureau is not None and bureau.deleted_at is not None:
        await bureaus_gone(session, outbox, [pair.bureau_id])
    if client is not None and client.deleted_at is not None:
        await clients_gone(session, outbox, [pair.tenant_id])
