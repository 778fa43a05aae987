"""Signing in: a hand-off to the platform that is good for a minute, once (R41)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.ext.asyncio import AsyncSession

from activation.directory import member
from activation.sign_in_token import SignInKeys, SignInTokenError
from activation.storage import directory, linked_clients, permissions
from activation.storage import sign_ins as storage
from activation.tables import LinkedClient, SignIn
from chassis.auth import Principal
from chassis.problems import Refused
from contracts.envelope import uuid7
from contracts.fields import TENANT_ID, Program
from contracts.problem_codes import Code


@dataclass(frozen=True, slots=True)
class HandOff:
    """platform_url: where the browser goes. ttl: how long the way there is open."""

    platform_url: str
    keys: SignInKeys
    ttl: timedelta


async def sign_in(
    session: AsyncSession,
    hand_off: HandOff,
    caller: Principal,
    tenant_id: str,
    program: Program | None,
) -> tuple[str, datetime]:
    """The address that lets the caller into this client's company, and until when.

    CLIENT_NOT_FOUND without an active link; NO_PERMISSION before activation (R37), without a
    grant (R39; admins need one too), or without one in this program.
    """
    who = await member(session, caller)
    link = (
        await linked_clients.pair(session, who.bureau_id, tenant_id)
        if TENANT_ID.fullmatch(tenant_id)
        else None
    )
    if link is None or not link.is_active:
        raise Refused(Code.CLIENT_NOT_FOUND)
    await _permissions(session, link, who.user_id, program)
    now = await linked_clients.now(session)
    row = SignIn(
        id=uuid7(),
        bureau_id=who.bureau_id,
        tenant_id=tenant_id,
        link_id=link.link_id,
        user_id=who.user_id,
        program=program,
        created_at=now,
        expires_at=now + hand_off.ttl,
    )
    session.add(row)
    return with_token(hand_off.platform_url, hand_off.keys.sign(row.id)), row.expires_at


async def redeem(
    session: AsyncSession, keys: SignInKeys, token: str
) -> tuple[SignIn, permissions.Permissions]:
    """Uses the sign-in up, and says who may do what where. Link, user and grant count as of now.

    NOT_FOUND for a token that we did not sign; SIGN_IN_SPENT for one that was used, is too old,
    or is so old that its row is gone; NO_PERMISSION where the right has ended since.
    """
    try:
        sign_in_id = keys.verify(token)
    except SignInTokenError:
        raise Refused(Code.NOT_FOUND) from None
    row = await storage.redeem(session, sign_in_id)
    if row is None:
        raise Refused(Code.SIGN_IN_SPENT)
    link = await linked_clients.pair(session, row.bureau_id, row.tenant_id)
    user = await directory.bureau_user(session, row.bureau_id, row.user_id)
    if link is None or not link.is_active or link.link_id != row.link_id or user is None:
        raise Refused(Code.NO_PERMISSION)
    return row, await _permissions(session, link, row.user_id, row.program)


async def _permissions(
    session: AsyncSession, link: LinkedClient, user_id: str, program: str | None
) -> permissions.Permissions:
    """All of the user's at the client; NO_PERMISSION for none, or for none in the program."""
    if not link.is_activated:
        raise Refused(Code.NO_PERMISSION, "The client is not activated")
    of_clients = await permissions.of_consultant(session, link.bureau_id, user_id, [link.tenant_id])
    granted = of_clients.get(link.tenant_id, ())
    if not granted or (program and program not in {each.program for each in granted}):
        raise Refused(Code.NO_PERMISSION)
    return granted


def with_token(url: str, token: str) -> str:
    """The URL with `token=` added to its query."""
    parts = urlsplit(url)
    query = f"{parts.query}&token={token}" if parts.query else f"token={token}"
    return urlunsplit(parts._replace(query=query))
