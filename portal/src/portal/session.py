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

PIECES = 3
"""Cookies over which one session may be spread: servers and proxies take headers of 16 kB."""

_NEW = timedelta(minutes=1)
BUREAU_ROLES = ("bureau_admin", "consultant")


class TooLarge(Exception):
    """The bearer token is too long for all the cookies that there may be."""


class Session(BaseModel):
    """token: the bearer token that calls to the gateway carry. csrf: what her forms must hold.

    entry_points: those of her bureau, as linking said at sign-in; both where it did not say.
    began_at: when she signed in; None for a session from before that was kept.
    token_ends_at: from then on services refuse the token. ends_at: the longest that it may be
    renewed, by the refresh token. id_token: tells the issuer who signs out. Both tokens are None
    where the issuer gave none, or where they did not fit.
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
    began_at: datetime | None = None
    ends_at: datetime
    token_ends_at: datetime
    refresh_token: str | None = None
    id_token: str | None = None

    def has(self, *roles: str) -> bool:
        return not set(self.roles).isdisjoint(roles)

    @property
    def is_new(self) -> bool:
        """Whether she signed in just now."""
        return self.began_at is not None and datetime.now(UTC) - self.began_at < _NEW

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


def _end_mark(session: Session) -> str:
    """Of the session, however often it is renewed."""
    return hashlib.sha256(session.csrf.encode()).hexdigest()[:32]


class Sessions:
    """Reads and writes the cookie. secure: whether people come by https."""

    def __init__(self, seal: Seal, ttl: timedelta, *, secure: bool) -> None:
        self._seal = seal
        self._ttl = ttl
        self._secure = secure
        self.name = self.own_name("koppla")
        self._out = self.own_name("koppla_out")

    def own_name(self, name: str) -> str:
        """Of a cookie of the portal's. The prefix makes browsers refuse one that a neighbouring
        host tries to set."""
        return f"__Host-{name}" if self._secure else name

    def of(self, request: Request) -> Session | None:
        """Whoever is signed in; None for nobody, and for one whose time is over."""
        session = self.former(request)
        if session is None or datetime.now(UTC) >= min(session.ends_at, session.token_ends_at):
            return None
        return session

    def former(self, request: Request) -> Session | None:
        """Also of one whose time is over. The cookies are opened once for each request."""
        if not hasattr(request.state, "session"):
            self.renewed(request, self._opened(request))
        session: Session | None = request.state.session
        return session

    def renewed(self, request: Request, session: Session | None) -> None:
        """From here on it is this one who asks."""
        request.state.session = session

    def _opened(self, request: Request) -> Session | None:
        sealed = self._gathered(request)
        kept = self._seal.open(sealed, timedelta(days=30)) if sealed else None
        try:
            session = Session.model_validate(kept) if kept is not None else None
        except ValidationError:
            return None
        ended = request.cookies.get(self._out, "")
        return None if session is None or _end_mark(session) == ended else session

    def latest_end(self) -> datetime:
        """Of a session that begins now."""
        return datetime.now(UTC) + self._ttl

    def put(self, response: Response, session: Session) -> Session:
        """As it was kept: without what the issuer gave beside the bearer token, where not all fits.

        Raises TooLarge."""
        for left_out in (set[str](), {"id_token"}, {"id_token", "refresh_token"}):
            kept = session.model_copy(update=dict.fromkeys(left_out))
            value = self._seal.close(kept.model_dump(mode="json", exclude_none=True))
            pieces = [value[at : at + MOST] for at in range(0, len(value), MOST)]
            if len(pieces) <= PIECES:
                break
        else:
            raise TooLarge(f"a token of {len(session.token)} characters")
        # How many there are, lest one that a longer session left behind be taken for a part.
        for name, piece in zip(
            self._names(), [f"{len(pieces)}.{pieces[0]}", *pieces[1:]], strict=False
        ):
            self.put_cookie(response, name, piece)
        return kept

    def end(self, response: Response) -> None:
        for name in self._names():
            self.drop_cookie(response, name)

    def sign_out(self, response: Response, session: Session) -> None:
        """Ends it, and remembers in this browser that it did: the answer to a page that was asked
        for before may come after this one, with the session's renewed cookies."""
        self.end(response)
        self.put_cookie(response, self._out, _end_mark(session), self._ttl)

    def _names(self) -> list[str]:
        return [self.name, *(f"{self.name}-{number}" for number in range(1, PIECES))]

    def _gathered(self, request: Request) -> str:
        """What the browser sent, put together; empty for nothing that is whole."""
        number, dot, first = request.cookies.get(self.name, "").partition(".")
        if not dot or number not in {str(one + 1) for one in range(PIECES)}:
            return ""
        rest = (request.cookies.get(name, "") for name in self._names()[1 : int(number)])
        return "".join([first, *rest])

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
