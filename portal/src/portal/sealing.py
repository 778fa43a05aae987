"""What the portal gives to a browser to keep, so that the browser can neither read nor change it.

Nothing is kept on the server: any replica opens what another has sealed. A Fernet token is
AES-128-CBC and HMAC-SHA256 with the time of its making.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LEAST = 32


class Keys:
    """The secrets, the newest first. An older one still opens what it has sealed."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = tuple(secrets)

    @classmethod
    def parse(cls, setting: str) -> "Keys":
        """Reads `id:base64,id:base64`; ValueError tells which is wrong, by its place alone."""
        return cls([_secret(place, one) for place, one in enumerate(setting.split(","), 1)])

    def seal(self, purpose: str, *, is_pressed: bool = False) -> "Seal":
        """For one purpose: what is sealed for another does not open here."""
        keys = [_derived(secret, purpose) for secret in self._secrets]
        return Seal(keys, is_pressed=is_pressed)


class Seal:
    """is_pressed: what is sealed is pressed together first, for much in little space."""

    def __init__(self, keys: Sequence[bytes], *, is_pressed: bool = False) -> None:
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
        self._is_pressed = is_pressed

    def close(self, value: Any) -> str:
        """The value, which must be JSON, as text for a cookie or an address."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = zlib.compress(text, 9) if self._is_pressed else text
        return self._fernet.encrypt(sealed).decode().rstrip("=")

    def open(self, sealed: str, ttl: timedelta) -> Any | None:
        """What was sealed, not longer ago than ttl; None for anything else."""
        padded = sealed + "=" * (-len(sealed) % 4)
        try:
            opened = self._fernet.decrypt(padded.encode(), ttl=int(ttl.total_seconds()))
            return json.loads(zlib.decompress(opened) if self._is_pressed else opened)
        except (InvalidToken, ValueError, TypeError, zlib.error):
            return None


def _secret(place: int, entry: str) -> bytes:
    name, colon, text = entry.strip().partition(":")
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not name or not colon or len(secret) < _LEAST:
        raise ValueError(f"key {place} must be id:base64 of at least {_LEAST} bytes")
    return secret


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"koppla portal {purpose}".encode()).derive(secret)
