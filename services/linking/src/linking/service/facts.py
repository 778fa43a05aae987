"""What events of requests and links say of them, of their people and of the directory now."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.events.event import Person, Recipient
from linking.storage import directory
from linking.storage.directory import BureauNow
from linking.tables import Client, Link, LinkRequest, MailedAdmin, Pair

_MAILABLE = {"user_id", "name", "email", "locale"}


async def requesters_bureau(session: AsyncSession, request: LinkRequest) -> BureauNow | None:
    """The bureau that asked, with the record of who asked; None for one that is deleted."""
    return await directory.bureau(session, request.bureau_id, request.requested_by["user_id"])


def of_request(pair: Pair, request: LinkRequest, bureau: BureauNow | None) -> dict[str, Any]:
    """What every event of a request says; the pair's version is the event's.

    bureau: see `requesters_bureau`.
    """
    return {
        "bureau_id": pair.bureau_id,
        "tenant_id": pair.tenant_id,
        "version": pair.version,
        "request_id": request.id,
        "bureau_name": request.bureau_name,
        "client_name": request.client_name,
        "requested_by": Person(**request.requested_by),
        "requester": member_of(bureau),
        "created_at": request.created_at,
    }


def of_link(pair: Pair, link: Link) -> dict[str, Any]:
    """What every event of a link says; the pair's version is the event's."""
    return {
        "bureau_id": pair.bureau_id,
        "tenant_id": pair.tenant_id,
        "version": pair.version,
        "link_id": link.id,
        "bureau_name": link.bureau_name,
        "client_name": link.client_name,
        "route": link.route,
    }


def member_of(bureau: BureauNow | None) -> Recipient | None:
    """The member's address, None where she is no member any more."""
    return None if bureau is None or bureau.member is None else Recipient(**bureau.member)


async def bureau_admins(session: AsyncSession, bureau_id: str) -> tuple[Recipient, ...]:
    """The bureau's admins of now; none of a bureau that is deleted."""
    return tuple(
        Recipient(**_mailable(user)) for user in await directory.bureau_admins(session, bureau_id)
    )


def client_admins(client: Client | None) -> tuple[Recipient, ...]:
    """The client's system admins of now; none of a client that is deleted."""
    return tuple(Recipient(**admin) for admin in (client.system_admins if client else ()))


def still_admins(client: Client | None, mailed: Iterable[MailedAdmin]) -> list[MailedAdmin]:
    """Of those who were mailed, who is an admin still, at that address: nobody else is told of
    the client's affairs."""
    now = {(a["user_id"], a["email"].casefold()) for a in (client.system_admins if client else ())}
    return [one for one in mailed if (one.user_id, one.email.casefold()) in now]


def recipients(mailed: Sequence[MailedAdmin]) -> tuple[Recipient, ...]:
    """Each person once, at the address that was mailed last."""
    newest = {one.user_id: one for one in sorted(mailed, key=lambda one: one.sending)}
    return tuple(Recipient(**one.model_dump(include=_MAILABLE)) for one in newest.values())


def _mailable(user: dict[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in _MAILABLE if name in user}
