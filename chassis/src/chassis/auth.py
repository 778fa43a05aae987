"""Bearer tokens: JWTs of one issuer, for one audience, signed by a key in its JWKS.

Deny first: a token without an expiry, with another algorithm or with an unknown key is none.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import jwt
import structlog
from pydantic import Field, field_validator

from chassis.problems import Refused
from chassis.settings import Settings
from contracts.fields import plain_text
from contracts.problem_codes import Code

log = structlog.get_logger(__name__)

# Pinned: never what the token's own header asks for. All asymmetric, so that a verifier can't sign.
ALGORITHMS = ("EdDSA", "ES256", "RS256", "PS256")
_LEEWAY_S = 30


class AuthSettings(Settings):
    """issuer, audience: what tokens must name. jwks_url: `https://…`, `http://…` or `file:///…`."""

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    jwks_url: str

    @field_validator("jwks_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("https", "http", "file"):
            raise ValueError("must be an https, http or file URL")
        return value


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. sub: the user id in the directory. bureau_id: None for people of no bureau."""

    sub: str
    bureau_id: str | None
    roles: frozenset[str] = field(default_factory=frozenset)
    name: str | None = None
    email: str | None = None

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


class Authenticator(Protocol):
    async def __call__(self, authorization: str | None) -> Principal:
        """The caller; raises Refused(UNAUTHENTICATED)."""


class BearerTokens:
    """Verifies `Authorization: Bearer …`. Keys are read again when an unknown one is named.

    refresh: seconds after which keys are read anew. retry: seconds between two attempts, so that
    made-up key ids don't turn into load on the issuer.
    """

    def __init__(
        self, settings: AuthSettings, *, refresh: float = 300.0, retry: float = 10.0
    ) -> None:
        self._settings = settings
        self._refresh = refresh
        self._retry = retry
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def __call__(self, authorization: str | None) -> Principal:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refused(Code.UNAUTHENTICATED)
        try:
            claims = await self._verify(token.strip())
            return _principal(claims)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
            # Why is not said: it would help nobody but a forger.
            raise Refused(Code.UNAUTHENTICATED) from None

    async def _verify(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        key = await self._key(str(header.get("kid", "")))
        return jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
            issuer=self._settings.issuer,
            audience=self._settings.audience,
            leeway=_LEEWAY_S,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )

    async def _key(self, kid: str) -> jwt.PyJWK:
        now = time.monotonic()
        known = kid in self._keys
        due = not known or now - self._read_at > self._refresh
        retry = self._retry if self._keys else min(1.0, self._retry)
        if self._reading is None and due and now - self._tried_at > retry:
            self._tried_at = now
            self._reading = asyncio.create_task(self._read(), name="jwks")
        if not known and self._reading is not None:
            # Who knows its key does not wait: an issuer that hangs would hold up everybody.
            await asyncio.shield(self._reading)
        if not self._keys:
            raise Refused(Code.UNAVAILABLE, "The issuer's keys can't be read")
        return self._keys[kid]

    async def _read(self) -> None:
        try:
            document = await _fetch(self._settings.jwks_url)
            keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(document).keys}
        except Exception as error:
            # The keys we have go on; a JWKS that is away for a while, or broken in whatever way,
            # signs nobody out.
            log.warning("jwks_unavailable", error=type(error).__name__)
        else:
            self._keys = keys
            self._read_at = time.monotonic()
        finally:
            self._reading = None


async def _fetch(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        text = await asyncio.to_thread(Path(unquote(parts.path)).read_text)
        return dict(json.loads(text))
    # Not at the top: it is the slowest import here, and a file needs none.
    import httpx

    async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
        answer = await client.get(url)
        answer.raise_for_status()
        return dict(answer.json())


def _principal(claims: dict[str, Any]) -> Principal:
    roles = claims.get("roles", [])
    sub, bureau = claims["sub"], claims.get("bureau_id")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise ValueError("roles")
    if not isinstance(sub, str) or not (bureau is None or isinstance(bureau, str)):
        raise ValueError("sub")
    name, email = claims.get("name"), claims.get("email")
    for text in (sub, bureau, name, email):
        if isinstance(text, str):
            plain_text(text)
    return Principal(
        sub,
        bureau,
        frozenset(roles),
        name if isinstance(name, str) else None,
        email if isinstance(email, str) else None,
    )
