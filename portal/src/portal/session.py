"""Who is signed in, in a sealed cookie: it holds her bearer token, and none but us can read it."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from portal.sealing import Seal

MOST = 3800
"""Bytes of a cookie's value: with its name and attributes browsers keep 4096."""

BUREAU_ROLES = ("bureau_admin", "consultant")


class TooLarge(Exception):
    """The bearer token is too long for a cookie."""


class Session(BaseModel):
    """token: the bearer token that calls to the gateway carry. csrf: what her forms must hold.

    entry_points: those of her bureau, as linking said at sign-in; both where it did not say.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: str
    sub: str
    name: str
    roles: tuple[str, ...]
    bureau_id: str | None = None
    bureau_name: str | None = None
    entry_points: tuple[str, ...] = ("client_manager", "digital_bureau")
    csrf: str
    ends_at: datetime

    def has(self, *roles: str) -> bool:
        return not set(self.roles).isdisjoint(roles)

    @property
    def is_bureau(self) -> bool:
        return self.bureau_id is not None and self.has(*BUREAU_ROLES)

    @property
    def is_bureau_admin(self) -> bool:
        return self.bureau_id is not None and self.has("bureau_admin")

    @property
    def is_support(self) -> bool:
        return self.has("support_agent")


def new_csrf(sub: str) -> str:
    """A guard for the forms of one person, which tells nobody whose it is: see `is_of`."""
    salt = secrets.token_urlsafe(24)
    return f"{salt}.{_mark(salt, sub)}"


def is_of(csrf: str, sub: str) -> bool:
    """Whether this guard was made for that person, now or in a session before."""
    salt, _, mark = csrf.partition(".")
    return secrets.compare_digest(mark.encode(), _mark(salt, sub).encode())


def _mark(salt: str, sub: str) -> str:
    return hashlib.sha256(f"{salt}.{sub}".encode(errors="replace")).hexdigest()[:32]


class Sessions:
    """Reads and writes the cookie. secure: whether people come by https."""

    def __init__(self, seal: Seal, ttl: timedelta, *, secure: bool) -> None:
        self._seal = seal
        self._ttl = ttl
        self._secure = secure
        # The prefix makes browsers refuse a cookie that a neighbouring host tries to set.
        self.name = "__Host-koppla" if secure else "koppla"

    def of(self, request: Request) -> Session | None:
        """Whoever is signed in; None for nobody, and for one whose time is over."""
        session = self.former(request)
        return session if session is not None and session.ends_at > datetime.now(UTC) else None

    def former(self, request: Request) -> Session | None:
        """Also of one whose time is over."""
        cookie = request.cookies.get(self.name)
        kept = self._seal.open(cookie, timedelta(days=30)) if cookie else None
        try:
            return Session.model_validate(kept) if kept is not None else None
        except ValidationError:
            return None

    def until(self, token_ends_at: datetime) -> datetime:
        return min(token_ends_at, datetime.now(UTC) + self._ttl)

    def put(self, response: Response, session: Session) -> None:
        """Raises TooLarge."""
        value = self._seal.close(session.model_dump(mode="json"))
        if len(value) > MOST:
            raise TooLarge(f"a token of {len(session.token)} characters")
        self.put_cookie(response, self.name, value)

    def end(self, response: Response) -> None:
        self.drop_cookie(response, self.name)

    def put_cookie(
        self, response: Response, name: str, value: str, ttl: timedelta | None = None
    ) -> None:
        """A cookie that no script reads and no other site's form brings along.

        ttl: None for as long as the browser stays open."""
        response.set_cookie(name, value, **self._about(ttl))

    def drop_cookie(self, response: Response, name: str) -> None:
        response.set_cookie(name, "", **self._about(timedelta()))

    def _about(self, ttl: timedelta | None) -> dict[str, Any]:
        return {
            "max_age": None if ttl is None else int(ttl.total_seconds()),
            "path": "/",
            "secure": self._secure,
            "httponly": True,
            "samesite": "lax",
        }
