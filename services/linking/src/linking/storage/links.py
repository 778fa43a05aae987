"""Questions about links. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from linking.tables import Link, LinkRequest, PaperForm


async def active(session: AsyncSession, bureau_id: str, tenant_id: str) -> Link | None:
    found: Link | None = await session.scalar(
        select(Link)
        .where(Link.bureau_id == bureau_id, Link.tenant_id == tenant_id, Link.status == "active")
        .execution_options(populate_existing=True)
    )
    return found


async def link(session: AsyncSession, link_id: UUID) -> Link | None:
    found: Link | None = await session.scalar(
        select(Link).where(Link.id == link_id).execution_options(populate_existing=True)
    )
    return found


async def of_request(session: AsyncSession, request: LinkRequest) -> Link | None:
    """The link that a request led to; for one that a paper form overtook, the form's."""
    # The client leads to its few links by an index; the request alone would read all there are.
    question = select(Link).where(
        Link.tenant_id == request.tenant_id, Link.request_id == request.id
    )
    if request.reason == "paper_form":
        question = select(Link).where(
            Link.bureau_id == request.bureau_id,
            Link.tenant_id == request.tenant_id,
            Link.route == "paper_form",
            # Registering withdraws what waits in the same moment; a link that was lost and taken
            # back withdraws it later, and keeps its own.
            col(Link.established_at) <= request.decided_at,
            or_(col(Link.ended_at).is_(None), col(Link.ended_at) > request.decided_at),
        )
    found: Link | None = await session.scalar(question.execution_options(populate_existing=True))
    return found


async def linked_bureaus(session: AsyncSession, tenant_id: str) -> list[str]:
    """Names of the bureaus that are linked to the client now (D6), the longest linked first."""
    found = await session.scalars(
        select(Link.bureau_name)
        .where(Link.tenant_id == tenant_id, Link.status == "active")
        .order_by(col(Link.established_at), col(Link.id))
    )
    return list(found)


async def active_of(
    session: AsyncSession, *, bureau_ids: Sequence[str] = (), tenant_ids: Sequence[str] = ()
) -> set[tuple[str, str]]:
    """(tenant_id, bureau_id) of the active links of these bureaus and of these clients."""
    found = await session.execute(
        select(Link.tenant_id, Link.bureau_id).where(
            Link.status == "active",
            or_(col(Link.bureau_id).in_(bureau_ids), col(Link.tenant_id).in_(tenant_ids)),
        )
    )
    return {(tenant_id, bureau_id) for tenant_id, bureau_id in found}


async def linked_pairs(
    session: AsyncSession, after: str | None, key: str | None, limit: int
) -> list[tuple[str, str]]:
    """(bureau_id, tenant_id) of all that are or were linked, behind the key `after`; or of one key:
    `bureau_id:tenant_id`, by which they are ordered."""
    pair = (col(Link.bureau_id), col(Link.tenant_id))
    question = select(Link.bureau_id, Link.tenant_id).distinct().order_by(*pair).limit(limit)
    if after is not None:
        question = question.where(tuple_(*pair) > tuple_(*after.partition(":")[::2]))
    if key is not None:
        bureau_id, _, tenant_id = key.partition(":")
        question = question.where(Link.bureau_id == bureau_id, Link.tenant_id == tenant_id)
    return [(bureau_id, tenant_id) for bureau_id, tenant_id in await session.execute(question)]


async def newest(session: AsyncSession, bureau_id: str, tenant_id: str) -> Link | None:
    """The pair's link with the highest version: the active one, or the last that ended."""
    found: Link | None = await session.scalar(
        select(Link)
        .where(Link.bureau_id == bureau_id, Link.tenant_id == tenant_id)
        .order_by(col(Link.version).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return found


async def last_end(session: AsyncSession, bureau_id: str, tenant_id: str) -> datetime | None:
    """When a link of the pair ended last."""
    found: datetime | None = await session.scalar(
        select(func.max(Link.ended_at)).where(
            Link.bureau_id == bureau_id, Link.tenant_id == tenant_id
        )
    )
    return found


async def paper_form(session: AsyncSession, link_id: UUID) -> PaperForm | None:
    found: PaperForm | None = await session.get(PaperForm, link_id)
    return found


async def paper_forms(session: AsyncSession, link_ids: Sequence[UUID]) -> dict[UUID, PaperForm]:
    """By link; nothing for one that was made by another route."""
    if not link_ids:
        return {}
    found = await session.scalars(select(PaperForm).where(col(PaperForm.link_id).in_(link_ids)))
    return {one.link_id: one for one in found}


async def add_paper_form(session: AsyncSession, form: PaperForm) -> None:
    session.add(form)
    await session.flush()
