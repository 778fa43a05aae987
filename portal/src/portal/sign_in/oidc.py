"""OpenID Connect, authorization code flow with PKCE, by Authlib.

Nothing is kept here between the two halves: what must match lies in a sealed cookie, one for each
attempt, so that two tabs don't disturb one another.
"""

import time
import warnings
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from chassis.auth import ALGORITHMS
from portal.edge import origin
from portal.settings import PortalSettings
from portal.sign_in.identity import Identity, NoIdentity, identity_of

with warnings.catch_warnings():
    # Authlib says at each start that it will want another HTTP client some day, and sees to it,
    # when this is imported, that it is heard.
    from authlib.deprecate import AuthlibDeprecationWarning

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.common.security import generate_token
    from authlib.integrations.base_client.errors import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from authlib.oidc.core import CodeIDToken

log = structlog.get_logger(__name__)
CALLBACK = "/logga-in/klar"
_KEPT_S = 300.0
_LEEWAY_S = 30


class SignInFailed(Exception):
    """reason: for the log; nobody is told more than that it did not work."""


class IssuerUnavailable(Exception):
    """The issuer does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must match when the person comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        return cls(generate_token(32), generate_token(32), generate_token(48))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the issuer gave. refresh: None where it gives none. proof: the ID token."""

    access: str
    who: Identity
    refresh: str | None
    proof: str | None


class OpenIdConnect:
    """The issuer of the settings. Its own description is read when it is first needed, and anew
    after some minutes."""

    def __init__(self, settings: PortalSettings) -> None:
        self._settings = settings
        self._issuer = settings.portal_oidc_issuer
        self._known: dict[str, Any] = {}
        self._known_at = float("-inf")

    async def address(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises IssuerUnavailable."""
        about = await self._about()
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    async def redeem(self, attempt: Attempt, code: str) -> SignedIn:
        """Who signed in, for the code that she came back with. Raises SignInFailed,
        IssuerUnavailable."""
        about = await self._about()
        async with self._client() as client:
            answer = await _answered(
                client.fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=attempt.verifier,
                )
            )
        token, proof = answer.get("access_token"), answer.get("id_token")
        if not isinstance(token, str) or not isinstance(proof, str):
            raise SignInFailed("the issuer gave no access token or no ID token")
        claims = await self._verified(proof, token, nonce=attempt.nonce)
        who = _identity(token, claims)
        return SignedIn(token, who, _text(answer, "refresh_token"), proof)

    async def renew(self, refresh: str, sub: str) -> SignedIn:
        """The same person with a new token; her roles may be others now. Raises SignInFailed where
        the issuer has ended her sign-in, and IssuerUnavailable."""
        about = await self._about()
        async with self._client() as client:
            answer = await _answered(
                client.refresh_token(about["token_endpoint"], refresh_token=refresh)
            )
        token, proof = answer.get("access_token"), _text(answer, "id_token")
        if not isinstance(token, str):
            raise SignInFailed("the issuer gave no access token")
        # An issuer need not give a new ID token; the one that it gives must be of the same person.
        claims = {"sub": sub} if proof is None else await self._verified(proof, token)
        who = _identity(token, claims)
        if who.sub != sub:
            raise SignInFailed("the new token is of somebody else")
        return SignedIn(token, who, _text(answer, "refresh_token") or refresh, proof)

    async def end_address(self, proof: str | None) -> str | None:
        """Where her sign-in at the issuer ends, too (OpenID Connect RP-Initiated Logout 1.0); None
        where it can't be told, or is at another host: pages lead to places that they name only."""
        try:
            address = (await self._about()).get("end_session_endpoint")
        except IssuerUnavailable:
            return None
        if not isinstance(address, str) or origin(address) != origin(self._issuer):
            return None
        asked = {
            "client_id": self._settings.portal_oidc_client_id,
            "post_logout_redirect_uri": f"{self._settings.public_url}/",
            **({"id_token_hint": proof} if proof else {}),
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def _verified(self, proof: str, token: str, nonce: str | None = None) -> dict[str, Any]:
        """The claims of an ID token. nonce: that of the attempt, at the first one."""
        keys = await self._keys()
        try:
            decoded = jwt.decode(proof, keys, algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._settings.portal_oidc_client_id},
                },
                {
                    **({"nonce": nonce} if nonce is not None else {}),
                    "client_id": self._settings.portal_oidc_client_id,
                    "access_token": token,
                },
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError) as error:
            raise SignInFailed(f"ID token: {type(error).__name__}") from None
        return dict(claims)

    def _client(self) -> AsyncOAuth2Client:
        secret = self._settings.oidc_client_secret
        return AsyncOAuth2Client(
            client_id=self._settings.portal_oidc_client_id,
            client_secret=secret,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.portal_oidc_scopes,
            redirect_uri=self._settings.public_url + CALLBACK,
            code_challenge_method="S256",
            timeout=10,
        )

    async def _about(self) -> dict[str, Any]:
        """The issuer's own description (OpenID Connect Discovery 1.0)."""
        if time.monotonic() - self._known_at > _KEPT_S:
            url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            about = await _read(url)
            if about.get("issuer") != self._issuer:
                raise IssuerUnavailable("it describes another issuer")
            if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= about.keys():
                raise IssuerUnavailable("its description lacks endpoints")
            self._known, self._known_at = about, time.monotonic()
        return self._known

    async def _keys(self) -> KeySet:
        return _usable(await _read((await self._about())["jwks_uri"]))


async def _read(url: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return dict(answer.json())
    except (httpx.HTTPError, ValueError, TypeError) as error:
        log.warning("issuer_unavailable", error=type(error).__name__)
        raise IssuerUnavailable(type(error).__name__) from None


def _usable(document: dict[str, Any]) -> KeySet:
    """Those of its keys that can be used here: an issuer may have others beside them, of kinds
    that are newer than this. Raises IssuerUnavailable where none is left."""
    listed = document.get("keys")
    keys: list[Any] = []
    for one in listed if isinstance(listed, list) else ():
        # A secret is no key by which an issuer's signatures are checked here.
        if not isinstance(one, dict) or one.get("kty") == "oct":
            continue
        try:
            keys.append(import_key(one))
        except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, LookupError) as error:
            log.info("issuer_key_not_used", error=type(error).__name__)
    if not keys:
        log.warning("issuer_unavailable", error="no usable key")
        raise IssuerUnavailable("no usable key")
    return KeySet(keys)


async def _answered(asked: Awaitable[Any]) -> dict[str, Any]:
    """What the token endpoint said. Raises SignInFailed for a refusal, and IssuerUnavailable."""
    try:
        return dict(await asked)
    except OAuthError as error:
        raise SignInFailed(f"token: {error.error}") from None
    except (httpx.HTTPError, ValueError, TypeError) as error:
        raise IssuerUnavailable(type(error).__name__) from None


def _identity(token: str, claims: dict[str, Any]) -> Identity:
    try:
        who = identity_of(token, name=claims.get("name"))
    except NoIdentity:
        raise SignInFailed("the access token is none that the services take") from None
    if who.sub != claims["sub"]:
        raise SignInFailed("ID token and access token are of two people")
    return who


def _text(answer: dict[str, Any], name: str) -> str | None:
    given = answer.get(name)
    return given if isinstance(given, str) and given else None
