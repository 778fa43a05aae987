"""What a bureau, support and ops are shown: requests, their time line, links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.problems import Refused, invalid
from contracts.fields import UUID_TEXT
from contracts.problem_codes import Code
from linking.cursors import Cursor, CursorError
from linking.requests import Status, status_at
from linking.service.guard import readable, reads_all
from linking.storage import directory, lists
from linking.storage import links as link_rows
from linking.storage import requests as request_rows
from linking.tables import Link, LinkRequest, MailedAdmin, PaperForm, RequestEvent

T = TypeVar("T")
_KEY = {"created_at": "created_at", "expires_at": "expires_at", "client_name": "client_key"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as of now. status, decided_at: also of one that no sweep has seen yet."""

    request: LinkRequest
    status: Status
    decided_at: datetime | None
    recipients: Sequence[MailedAdmin]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """form: the signed form that it was registered from, for support and ops; None for bureaus."""

    link: Link
    form: PaperForm | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is asked for; None: anything. sort: for requests only."""

    limit: int
    cursor: str | None = None
    status: str | None = None
    tenant_id: str | None = None
    bureau_id: str | None = None
    query: str | None = None
    sort: str = "-created_at"


async def requests(session: AsyncSession, caller: Principal, asked: Filter) -> Page[Shown]:
    """A page of requests: a bureau's own, or anybody's for support and ops."""
    own = await readable(session, caller)
    field = asked.sort.removeprefix("-")
    now = await directory.now(session)
    found = await lists.requests(
        session,
        now=now,
        bureau_ids=[one for one in (own, asked.bureau_id) if one is not None],
        status=None if asked.status is None else Status(asked.status),
        tenant_id=asked.tenant_id,
        query=asked.query,
        sort=asked.sort,
        after=_cursor(asked, timed=field != "client_name"),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    mailed = await request_rows.current_recipients(session, [one.id for one in page])
    more = len(found) > asked.limit
    return Page(
        [_shown(one, mailed[one.id], now) for one in page],
        str(Cursor(asked.sort, getattr(page[-1], _KEY[field]), page[-1].id)) if more else None,
    )


async def request(session: AsyncSession, caller: Principal, request_id: str) -> Shown:
    """One request. Raises REQUEST_NOT_FOUND, also for another bureau's."""
    found = await _own_request(session, caller, request_id)
    mailed = await request_rows.recipients(session, found.id, found.sending)
    return _shown(found, mailed, await directory.now(session))


async def show(session: AsyncSession, request: LinkRequest) -> Shown:
    """A request that the caller just made."""
    mailed = await request_rows.recipients(session, request.id, request.sending)
    return _shown(request, mailed, request.created_at)


async def time_line(
    session: AsyncSession, caller: Principal, request_id: str
) -> list[RequestEvent]:
    """What happened to a request, in order. Raises REQUEST_NOT_FOUND."""
    found = await _own_request(session, caller, request_id)
    events = list(await request_rows.time_line(session, found.id))
    shown = _shown(found, (), await directory.now(session))
    if shown.status is not Status(found.status):
        # The clock has spoken and no sweep has written it down yet.
        events.append(RequestEvent(request_id=found.id, at=found.expires_at, type="expired"))
        events.sort(key=lambda event: event.at)
    return events


async def _own_request(session: AsyncSession, caller: Principal, request_id: str) -> LinkRequest:
    own = await readable(session, caller)
    found = None
    if UUID_TEXT.fullmatch(request_id):
        found = await request_rows.request(session, UUID(request_id))
    if found is None or own not in (None, found.bureau_id):
        raise Refused(Code.REQUEST_NOT_FOUND)
    return found


def _shown(request: LinkRequest, mailed: Sequence[MailedAdmin], now: datetime) -> Shown:
    status = status_at(request.status, request.expires_at, now)
    decided_at = request.expires_at if status is Status.EXPIRED else request.decided_at
    return Shown(request, status, decided_at, mailed)


async def links(session: AsyncSession, caller: Principal, asked: Filter) -> Page[ShownLink]:
    """A page of links, the newest first: a bureau's own, or anybody's for support and ops."""
    own = await readable(session, caller)
    found = await lists.links(
        session,
        bureau_ids=[one for one in (own, asked.bureau_id) if one is not None],
        status=asked.status,
        tenant_id=asked.tenant_id,
        after=_cursor(asked, timed=True),
        limit=asked.limit + 1,
    )
    page = found[: asked.limit]
    more = len(found) > asked.limit
    return Page(
        await with_forms(session, caller, page),
        str(Cursor(asked.sort, page[-1].established_at, page[-1].id)) if more else None,
    )


async def link(session: AsyncSession, caller: Principal, link_id: str) -> ShownLink:
    """One link. Raises LINK_NOT_FOUND, also for another bureau's."""
    own = await readable(session, caller)
    found = await link_rows.link(session, UUID(link_id)) if UUID_TEXT.fullmatch(link_id) else None
    if found is None or own not in (None, found.bureau_id):
        raise Refused(Code.LINK_NOT_FOUND)
    return await with_form(session, caller, found)


async def with_form(session: AsyncSession, caller: Principal, link: Link) -> ShownLink:
    """A link that the caller may see, as she is shown it."""
    [shown] = await with_forms(session, caller, [link])
    return shown


async def with_forms(
    session: AsyncSession, caller: Principal, found: Sequence[Link]
) -> list[ShownLink]:
    """A bureau is shown the route and not the form: its admins were mailed once who signed, and
    nothing that its consultants do for years needs a signatory's name."""
    by_form = [one.id for one in found if one.route == "paper_form"]
    forms = await link_rows.paper_forms(session, by_form) if reads_all(caller) else {}
    return [ShownLink(one, forms.get(one.id)) for one in found]


def _cursor(asked: Filter, *, timed: bool) -> Cursor | None:
    if asked.cursor is None:
        return None
    try:
        return Cursor.parse(asked.cursor, asked.sort, timed=timed)
    except CursorError as error:
        raise invalid("cursor", str(error)) from None
