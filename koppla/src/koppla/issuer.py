"""The development issuer: an Ed25519 key in the data folder that signs bearer tokens.

For the embedded profile and tests. Where settings name a real issuer, it signs nothing.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ISSUER = "https://issuer.koppla.example"
AUDIENCE = "koppla"
_KID = "development-1"


class DevelopmentIssuer:
    """folder: where `issuer.pem` (0600) and `jwks.json` lie; made when they are missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = self._load()

    @property
    def jwks_url(self) -> str:
        return (self._folder / "jwks.json").resolve().as_uri()

    def public_keys(self) -> str:
        """The JWKS, which verifies what it signs."""
        return (self._folder / "jwks.json").read_text()

    def document(self) -> dict[str, str]:
        """What another program needs to sign in its name: the private key is in it."""
        pem = (self._folder / "issuer.pem").read_text()
        return {"issuer": ISSUER, "audience": AUDIENCE, "kid": _KID, "key": pem}

    def token(
        self,
        sub: str,
        roles: Sequence[str],
        *,
        bureau_id: str | None = None,
        name: str | None = None,
        email: str | None = None,
        ttl: int = 3600,
        **claims: Any,
    ) -> str:
        """A bearer token. ttl: seconds it is good for."""
        now = int(time.time())
        about = {"bureau_id": bureau_id, "name": name, "email": email}
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": sub,
            "roles": list(roles),
            "iat": now,
            "exp": now + ttl,
            **{claim: value for claim, value in about.items() if value is not None},
            **claims,
        }
        return jwt.encode(payload, self._key, algorithm="EdDSA", headers={"kid": _KID})

    def _load(self) -> Ed25519PrivateKey:
        path = self._folder / "issuer.pem"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            pem = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            _write(path, pem)
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{path} holds no Ed25519 key")
        public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key()))
        document = {"keys": [{**public, "kid": _KID, "alg": "EdDSA", "use": "sig"}]}
        _write(self._folder / "jwks.json", json.dumps(document).encode())
        return key


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
