"""What linking can tell anew: who may use the digital route, and which links there are."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.replay import Page, Part
from contracts.events.event import Person
from contracts.events.linking import (
    BureauEligibility,
    LinkEnded,
    LinkEstablished,
    LinkEvent,
    PaperForm,
)
from contracts.org_number import OrgNumber
from linking.storage import directory, exclusions, links, requests
from linking.tables import Link


async def bureaus(session: AsyncSession, after: str | None, key: str | None, limit: int) -> Page:
    """The word about each bureau, by its id."""
    await exclusions.lock(session)
    found = await exclusions.published(session, after, key, limit)
    events = [BureauEligibility.model_validate(row, from_attributes=True) for row in found]
    return Page(events, found[-1].bureau_id if len(found) == limit else None)


async def newest_links(
    session: AsyncSession, after: str | None, key: str | None, limit: int
) -> Page:
    """The newest link of each pair, by the pair's key. Nobody is named to be mailed.

    A pair's lock is all that is needed: nothing is decided by the directory here.
    """
    pairs = await links.linked_pairs(session, after, key, limit)
    said: list[LinkEvent] = []
    # In the order in which a directory change locks pairs (docs/decisions/0013).
    for bureau_id, tenant_id in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
        await requests.lock_pair(session, bureau_id, tenant_id)
        said += await _of(session, await links.newest(session, bureau_id, tenant_id))
    return Page(said, ":".join(pairs[-1]) if len(pairs) == limit else None)


PARTS = (Part("bureaus", bureaus, states=True), Part("links", newest_links))


async def _of(session: AsyncSession, link: Link | None) -> list[LinkEvent]:
    """The link's events as they were said. Of an ended link the beginning has the version before
    its end's: any version below that one tells the same."""
    if link is None:
        return []
    about = {
        "bureau_id": link.bureau_id,
        "tenant_id": link.tenant_id,
        "link_id": link.id,
        "bureau_name": link.bureau_name,
        "client_name": link.client_name,
        "route": link.route,
    }
    began = await _beginning(session, link, about)
    if link.status == "active":
        return began
    ended = LinkEnded(
        **about,
        version=link.version,
        # An ended link has one.
        ended_at=cast(datetime, link.ended_at),
        ended_by=None if link.ended_by is None else Person(**link.ended_by),
        reason=link.reason,
    )
    return [*began, ended]


async def _beginning(session: AsyncSession, link: Link, about: dict[str, Any]) -> list[LinkEvent]:
    """Nothing where the directory has forgotten the client, whose number the event must say."""
    client = await directory.known_client(session, link.tenant_id)
    if client is None:
        return []
    form = await links.paper_form(session, link.id)
    return [
        LinkEstablished(
            **about,
            version=link.version if link.status == "active" else link.version - 1,
            request_id=link.request_id,
            client_org_number=OrgNumber.parse(client.org_number).masked,
            established_at=link.established_at,
            accepted_by=None if link.accepted_by is None else Person(**link.accepted_by),
            form=None if form is None else PaperForm.model_validate(form, from_attributes=True),
        )
    ]
