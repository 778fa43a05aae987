"""Pages of requests and links. Nothing here commits.

A page begins after (sort value, id) of the last one's last item, so ties neither repeat nor vanish.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.cursors import Cursor
from linking.requests import Status
from linking.swedish import sort_key
from linking.tables import Link, LinkRequest

REQUEST_ORDERS: dict[str, Any] = {
    "created_at": LinkRequest.created_at,
    "expires_at": LinkRequest.expires_at,
    "client_name": LinkRequest.client_key,
}


async def requests(
    session: AsyncSession,
    *,
    now: datetime,
    bureau_ids: Sequence[str],
    status: Status | None,
    tenant_id: str | None,
    query: str | None,
    sort: str,
    after: Cursor | None,
    limit: int,
) -> list[LinkRequest]:
    """At most `limit` requests. bureau_ids: all must be the request's own. query: part of the
    client's name, caseless, or its tenant_id. sort: a key of REQUEST_ORDERS, `-` before it to turn
    it round."""
    question = select(LinkRequest).where(*[LinkRequest.bureau_id == one for one in bureau_ids])
    if status is not None:
        question = question.where(_is(status, now))
    if tenant_id is not None:
        question = question.where(LinkRequest.tenant_id == tenant_id)
    if query:
        named = func.strpos(col(LinkRequest.client_key), sort_key(query)) > 0
        question = question.where(or_(named, col(LinkRequest.tenant_id) == query))
    order = REQUEST_ORDERS[sort.removeprefix("-")]
    found = await session.scalars(
        _page(question, order, col(LinkRequest.id), sort.startswith("-"), after, limit)
    )
    return list(found)


def _is(status: Status, now: datetime) -> ColumnElement[bool]:
    """The status as it is shown: an unswept request past its time is expired, not pending."""
    stored, expires_at = col(LinkRequest.status), col(LinkRequest.expires_at)
    if status is Status.PENDING:
        return and_(stored == "pending", expires_at > now)
    if status is Status.EXPIRED:
        return or_(stored == "expired", and_(stored == "pending", expires_at <= now))
    return stored == status.value


async def links(
    session: AsyncSession,
    *,
    bureau_ids: Sequence[str],
    status: str | None,
    tenant_id: str | None,
    after: Cursor | None,
    limit: int,
) -> list[Link]:
    """At most `limit` links, the newest first. bureau_ids: all must be the link's own."""
    question = select(Link).where(*[Link.bureau_id == one for one in bureau_ids])
    if status is not None:
        question = question.where(Link.status == status)
    if tenant_id is not None:
        question = question.where(Link.tenant_id == tenant_id)
    page = _page(question, col(Link.established_at), col(Link.id), True, after, limit)
    return list(await session.scalars(page))


def _page(
    question: Any, order: Any, tie: Any, backwards: bool, after: Cursor | None, limit: int
) -> Select[Any]:
    if after is not None:
        place, last = tuple_(order, tie), tuple_(after.value, after.id)
        question = question.where(place < last if backwards else place > last)
    by = (order.desc(), tie.desc()) if backwards else (order, tie)
    page: Select[Any] = question.order_by(*by).limit(limit)
    return page
