"""A link as its client's admins see it: the page behind the address in a receipt."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Refused
from contracts.link_token import LinkToken, Purpose
from contracts.problem_codes import Code
from linking.service.invitations import admin_now
from linking.storage import directory, links, requests
from linking.storage.directory import BureauNow
from linking.tables import Link, LinkRequest


@dataclass(frozen=True, slots=True)
class Managed:
    """All that the page shows. request: None for a link by paper form. bureau: None for one that
    is gone. holder: the name that the admin has now. linked: names of bureaus (D6).
    """

    link: Link
    request: LinkRequest | None
    bureau: BureauNow | None
    holder: str
    linked: list[str]


async def open_managed(session: AsyncSession, token: LinkToken) -> Managed:
    """The link that a manage token names; changes nothing, however often (R31).

    For who is a system admin of the client now, at the address that the token went to (R34): the
    address outlives the role. Raises NOT_FOUND, then NOT_A_SYSTEM_ADMIN.
    """
    link = await links.link(session, token.subject) if token.purpose is Purpose.MANAGE else None
    if link is None:
        raise Refused(Code.NOT_FOUND)
    admin = admin_now(await directory.client(session, link.tenant_id), token)
    if admin is None:
        raise Refused(
            Code.NOT_A_SYSTEM_ADMIN,
            "Only a system admin of the client now, at the address that this link was sent to,"
            " may see it",
        )
    return Managed(
        link=link,
        request=await _request(session, link),
        bureau=await directory.bureau(session, link.bureau_id, ""),
        holder=admin["name"],
        linked=await links.linked_bureaus(session, link.tenant_id),
    )


async def _request(session: AsyncSession, link: Link) -> LinkRequest | None:
    return None if link.request_id is None else await requests.request(session, link.request_id)
