"""A link as its client's admins see and end it: the page behind the address in their mails."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import Outbox
from chassis.problems import Refused
from contracts.events.event import Person
from contracts.link_token import LinkToken, Purpose
from contracts.problem_codes import Code
from linking.service.auditing import Origin
from linking.service.ending import end, locked
from linking.service.invitations import admin_now
from linking.service.trail import newest
from linking.storage import directory, links, requests
from linking.storage.audit import Row
from linking.storage.directory import BureauNow
from linking.tables import Link, LinkRequest, PaperForm

_SHOWN = 50
"""Entries of the client's history on the page."""


@dataclass(frozen=True, slots=True)
class Managed:
    """All that the page shows.

    request: None for a link by paper form; form: None for one by request. bureau: None for one
    that is gone. holder: the admin who looks, by the name she has now. linked: names of bureaus
    (D6). history: the client's own audit trail, the newest first (D9); is_cut: whether it has older
    entries; names: of the bureaus in it.
    """

    link: Link
    request: LinkRequest | None
    form: PaperForm | None
    bureau: BureauNow | None
    holder: Person
    linked: list[str]
    history: list[Row]
    is_cut: bool
    names: dict[str, str]


async def open_managed(session: AsyncSession, token: LinkToken) -> Managed:
    """The link that a manage token names; changes nothing, however often (R31).

    For who is a system admin of the client now, at the address that the token went to (R34): the
    address outlives the role. Raises NOT_FOUND, then NOT_A_SYSTEM_ADMIN.
    """
    return await _look(session, token, await _link(session, token))


async def end_managed(
    session: AsyncSession,
    outbox: Outbox,
    token: LinkToken,
    origin: Origin,
    shown: Callable[[Managed], str],
    *,
    confirmed: bool,
    reason: str | None = None,
) -> Managed:
    """Ends the link for its client's admin (D8), or finds that it has ended.

    shown: the text of the page that she acts on. Raises as `open_managed`, then
    CONFIRMATION_MISSING for a link that is active.
    """
    pair, link = await locked(session, await _link(session, token))
    managed = await _look(session, token, link)
    if link.status != "active":
        return managed
    if not confirmed:
        raise Refused(Code.CONFIRMATION_MISSING)
    now = await directory.now(session)
    by = managed.holder
    origin = replace(origin, shown=shown(managed), sent_to=by.user_id)
    await end(session, outbox, pair, link, now, by=by, reason=reason, origin=origin)
    return await _look(session, token, link)


async def _link(session: AsyncSession, token: LinkToken) -> Link:
    link = await links.link(session, token.subject) if token.purpose is Purpose.MANAGE else None
    if link is None:
        raise Refused(Code.NOT_FOUND)
    return link


async def _look(session: AsyncSession, token: LinkToken, link: Link) -> Managed:
    admin = admin_now(await directory.client(session, link.tenant_id), token)
    if admin is None:
        raise Refused(
            Code.NOT_A_SYSTEM_ADMIN,
            "Only a system admin of the client now, at the address that this link was sent to,"
            " may see it",
        )
    trail = await newest(
        session, tenant_id=link.tenant_id, bureau_id=None, cursor=None, limit=_SHOWN
    )
    return Managed(
        link=link,
        request=await _request(session, link),
        form=await links.paper_form(session, link.id),
        bureau=await directory.bureau(session, link.bureau_id, ""),
        holder=Person(user_id=admin["user_id"], name=admin["name"], side="client"),
        linked=await links.linked_bureaus(session, link.tenant_id),
        history=trail.items,
        is_cut=trail.next is not None,
        names=await directory.bureau_names(
            session, {entry.bureau_id for entry, _ in trail.items if entry.bureau_id}
        ),
    )


async def _request(session: AsyncSession, link: Link) -> LinkRequest | None:
    return None if link.request_id is None else await requests.request(session, link.request_id)
