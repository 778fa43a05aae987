"""The token of a sign-in: it names a row and proves that we wrote it, and nothing more.

Who, where and until when is in the row, so that no URL and no browser history tells of anybody,
and the secret is in the settings, so that a database dump signs nobody in. 57 bytes, hence 76
characters of base64url (RFC 4648 §5) without padding:

    byte 0 format version   1-8 key id, ASCII, padded with NUL   9-24 UUID of the sign-in
    25-56  HMAC-SHA256 over b"koppla-sign-in-v1\\0" and all of the above
"""

import base64
import hmac
import re
import struct
from uuid import UUID

TOKEN_LENGTH = 76

_VERSION = 1
_DOMAIN = b"koppla-sign-in-v1\0"  # so that a key used elsewhere by mistake signs nothing for us
_PAYLOAD = struct.Struct(">B8s16s")
_SMALLEST_SECRET = 32  # bytes; RFC 2104: no shorter than the hash
_KEY_ID = re.compile(r"[a-z0-9-]{1,8}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{76}", re.ASCII)


class SignInTokenError(ValueError):
    """Not a token that one of our keys signed; the message never quotes it."""


class SignInKeys:
    """The signing keys in order: the first signs, all verify.

    To rotate, put a new key first and leave the old one listed for a minute.
    """

    def __init__(self, keys: list[tuple[str, bytes]]) -> None:
        """Takes (key id, secret of at least 32 bytes); raises ValueError without quoting either."""
        self._secrets: dict[bytes, bytes] = {}
        for place, (key_id, secret) in enumerate(keys, 1):
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError(f"sign-in key {place}: the key id must be 1-8 of a-z, 0-9 and -")
            if len(secret) < _SMALLEST_SECRET:
                raise ValueError(f"sign-in key {place}: needs at least {_SMALLEST_SECRET} bytes")
            if _padded(key_id) in self._secrets:
                raise ValueError(f"sign-in key {place}: that key id is listed twice")
            self._secrets[_padded(key_id)] = secret
        if not self._secrets:
            raise ValueError("no sign-in key is given")

    @classmethod
    def parse(cls, setting: str) -> "SignInKeys":
        """Reads `id:secret,id:secret`, written as the link keys are; raises ValueError."""
        return cls([_read_key(place, entry) for place, entry in enumerate(setting.split(","), 1)])

    def __repr__(self) -> str:
        return f"SignInKeys({len(self._secrets)})"

    def sign(self, sign_in: UUID) -> str:
        key_id, secret = next(iter(self._secrets.items()))
        payload = _PAYLOAD.pack(_VERSION, key_id, sign_in.bytes)
        return _encode(payload + _mac(secret, payload))

    def verify(self, text: str) -> UUID:
        """The sign-in that a token names; SignInTokenError for any not exactly as signed."""
        if not _TOKEN.fullmatch(text):
            raise SignInTokenError("not a token")
        # 76 characters hold 57 bytes exactly, so no two texts are one token.
        token = base64.urlsafe_b64decode(text)
        payload, mac = token[: _PAYLOAD.size], token[_PAYLOAD.size :]
        version, key_id, sign_in = _PAYLOAD.unpack(payload)
        secret = self._secrets.get(key_id)
        if version != _VERSION or secret is None:
            raise SignInTokenError("unknown format or key")
        if not hmac.compare_digest(mac, _mac(secret, payload)):
            raise SignInTokenError("forged")
        return UUID(bytes=sign_in)


def _read_key(place: int, entry: str) -> tuple[str, bytes]:
    key_id, colon, secret = entry.strip().partition(":")
    if not colon:
        raise ValueError(f"sign-in key {place}: must be written id:secret")
    standard = secret.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return key_id, base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        # `from None`: nothing of the entry may reach a log through the chained exception.
        raise ValueError(f"sign-in key {place}: the secret is not base64") from None


def _padded(key_id: str) -> bytes:
    return key_id.encode("ascii").ljust(8, b"\0")


def _mac(secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(secret, _DOMAIN + payload, "sha256")


def _encode(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode("ascii")
