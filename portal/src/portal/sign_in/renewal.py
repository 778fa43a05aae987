"""Who is signed in at an issuer stays so while she works: her token is renewed before it ends."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.session import Session, Sessions, TooLarge
from portal.sign_in.oidc import IssuerUnavailable, OpenIdConnect, SignInFailed

log = structlog.get_logger(__name__)
_BEFORE = timedelta(minutes=1)
_REMEMBERED_S = 60.0
_PATIENCE_S = 2.0
"""Within it an issuer answers that is well."""
_NOBODY_S = ("/static/", "/healthz", "/readyz", "/metrics")


@dataclass
class _Begun:
    """A renewal, kept until a page has had what it brought, and a minute more for those that were
    asked for with it: to ask again with a refresh token that is spent may end the session, at some
    issuers all of her sessions. told_at: when a page had it."""

    task: asyncio.Task[Session | None]
    ends_at: datetime
    at: float = field(default_factory=time.monotonic)
    told_at: float | None = None

    def is_over(self) -> bool:
        if not self.task.done():
            return False
        if self.told_at is None and self.task.result() is not None:
            return datetime.now(UTC) >= self.ends_at
        return time.monotonic() >= (self.told_at or self.at) + _REMEMBERED_S


class Renewal:
    """Before each page: a session whose token is about to end, or has ended, goes on with a new
    one, and the answer brings its cookie. Where the issuer says no, or nothing, it goes on to
    its end as it is."""

    def __init__(self, app: ASGIApp, sessions: Sessions, oidc: OpenIdConnect) -> None:
        self._app = app
        self._sessions = sessions
        self._oidc = oidc
        # Several pages open at once send the same cookie; many issuers take a refresh token once.
        self._begun: dict[bytes, _Begun] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and _is_page(scope["path"])
        renewed = await self._renewed(Request(scope)) if is_page else None
        if renewed is None:
            await self._app(scope, receive, send)
            return
        cookies = Response()
        try:
            kept = self._sessions.put(cookies, renewed)
        except TooLarge as error:
            log.error("session_too_large", reason=str(error))
            await self._app(scope, receive, send)
            return
        self._sessions.renewed(Request(scope), kept)

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A page that ends the session, or begins another, has the last word.
                if not any(one.startswith(f"{self._sessions.name}=") for one in _set(headers)):
                    for one in _set(cookies.headers):
                        headers.append("set-cookie", one)
                    # Whatever the answer says of itself: the cookies are one person's.
                    headers["cache-control"] = "no-store"
            await send(message)

        await self._app(scope, receive, with_cookies)

    async def _renewed(self, request: Request) -> Session | None:
        session = self._sessions.former(request)
        now = datetime.now(UTC)
        if session is None or session.refresh_token is None or now >= session.ends_at:
            return None
        if session.token_ends_at - now > _BEFORE:
            return None
        mark = hashlib.sha256(session.refresh_token.encode()).digest()
        self._forget()
        if mark not in self._begun:
            renewing = asyncio.create_task(self._renew(session, session.refresh_token))
            self._begun[mark] = _Begun(renewing, session.ends_at)
        begun = self._begun[mark]
        # With a token that is good a page waits a moment at most, the next ones not at all; the
        # renewal goes on, and the first page after it has what it brings.
        is_good = session.token_ends_at > now
        left = max(0.0, begun.at + _PATIENCE_S - time.monotonic())
        await asyncio.wait([begun.task], timeout=left if is_good else None)
        if not begun.task.done():
            return None
        begun.told_at = begun.told_at or time.monotonic()
        return begun.task.result()

    async def _renew(self, session: Session, refresh_token: str) -> Session | None:
        try:
            given = await self._oidc.renew(refresh_token, session.sub)
        except (SignInFailed, IssuerUnavailable) as error:
            log.info("session_not_renewed", reason=str(error))
            return None
        except Exception as error:
            # Her token may be good for a while yet; no page is to fail for what an issuer sends.
            log.exception("session_not_renewed", exc_info=error)
            return None
        return session.model_copy(
            update={
                "token": given.access,
                "token_ends_at": given.who.ends_at,
                "refresh_token": given.refresh,
                "id_token": given.proof or session.id_token,
                "roles": given.who.roles,
                "bureau_id": given.who.bureau_id,
                "bureau_name": given.who.bureau_name or session.bureau_name,
            }
        )

    def _forget(self) -> None:
        for mark in [mark for mark, one in self._begun.items() if one.is_over()]:
            del self._begun[mark]


def _is_page(path: str) -> bool:
    """What somebody looks at. Not files and figures, which belong to nobody, and not the poll of
    an open page, over and over: she may be signing out meanwhile."""
    return not path.startswith(_NOBODY_S) and not path.endswith("/lage")


def _set(headers: Headers) -> list[str]:
    return headers.getlist("set-cookie")
