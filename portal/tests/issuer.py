"""An OpenID Connect issuer, played: real HTTP, real signatures, one person who always consents.

It checks what a strict issuer checks: client, redirect address, PKCE, and each code once.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from chassis.app import HttpServer, listen

CLIENT, SECRET, AUDIENCE = "koppla-portal", "s3cret, with: signs", "koppla"


class Issuer:
    """person: claims of whoever signs in. id_token, access_token: changes of the next tokens'
    claims, for what must not be believed. deny: she does not consent. ended: her sign-in is over,
    so that no token is renewed. jwks: its keys, where they are others. answering: cleared, it hangs
    where tokens are given. renewed: how often a token was; each refresh token is good once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = Ed25519PrivateKey.generate()
        self.forger = Ed25519PrivateKey.generate()
        self.person: dict[str, Any] = {}
        self.id_token: dict[str, Any] = {}
        self.access_token: dict[str, Any] = {}
        self.jwks: dict[str, Any] | None = None
        self.answering = asyncio.Event()
        self.answering.set()
        self.forged = False
        self.deny = False
        self.ended = False
        self.renewed = 0
        self.signed_out: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh_token = ""

    def about(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end",
        }

    def keys(self) -> dict[str, Any]:
        if self.jwks is not None:
            return self.jwks
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "1", "alg": "EdDSA", "use": "sig"}]}

    def consent(self, asked: dict[str, str], redirect: str) -> str:
        """Where the browser is sent: back, with a code."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == redirect
        assert asked["code_challenge_method"] == "S256"
        assert {"openid"} <= set(asked["scope"].split())
        assert len(asked["state"]) >= 16
        assert len(asked["nonce"]) >= 16
        self.asked.append(asked)
        if self.deny:
            return f"{redirect}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = f"code-{len(self.asked)}"
        self._codes[code] = asked
        return f"{redirect}?{urlencode({'code': code, 'state': asked['state']})}"

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        """For a code or a refresh token, once; None where something does not match."""
        if form["grant_type"] == "refresh_token":
            return self._renew(form.get("refresh_token", ""))
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"]:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        return self._given(asked["nonce"])

    def _renew(self, refresh_token: str) -> dict[str, Any] | None:
        if self.ended or not refresh_token or refresh_token != self._refresh_token:
            return None
        self.renewed += 1
        return self._given(None)

    def _given(self, nonce: str | None) -> dict[str, Any]:
        """nonce: None where a token is renewed."""
        self._refresh_token = secrets.token_urlsafe(16)
        now = int(time.time())
        common = {"iss": self.url, "sub": self.person["sub"], "iat": now, "exp": now + 600}
        return {
            "access_token": self._signed(
                {**common, **self.person, "aud": AUDIENCE, **self.access_token}
            ),
            "id_token": self._signed(
                {
                    **common,
                    "aud": CLIENT,
                    **({"nonce": nonce} if nonce is not None else {}),
                    "name": self.person["name"],
                    **self.id_token,
                }
            ),
            "refresh_token": self._refresh_token,
            "token_type": "Bearer",
            "expires_in": 600,
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self.forger if self.forged else self.key
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "1"})


@asynccontextmanager
async def issuer(redirect: str) -> AsyncIterator[Issuer]:
    """It runs while the block does. redirect: the one address to which it sends people back."""
    bound = listen("127.0.0.1", 0)
    played = Issuer(f"http://127.0.0.1:{bound.getsockname()[1]}")
    server = HttpServer(_app(played, redirect), bound)
    await server.start()
    try:
        yield played
    finally:
        await server.stop()


def _app(played: Issuer, redirect: str) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def about() -> Response:
        return JSONResponse(played.about())

    @app.get("/jwks")
    async def keys() -> Response:
        return JSONResponse(played.keys())

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        return RedirectResponse(played.consent(dict(request.query_params), redirect), 303)

    @app.get("/end")
    async def end(request: Request) -> Response:
        asked = dict(request.query_params)
        played.signed_out.append(asked)
        return RedirectResponse(asked["post_logout_redirect_uri"], 303)

    @app.post("/token")
    async def token(request: Request) -> Response:
        await played.answering.wait()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        made = played.tokens(form)
        return JSONResponse(made or {"error": "invalid_grant"}, 200 if made else 400)

    return app
