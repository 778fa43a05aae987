"""The token in an emailed link: linking verifies it, the notifier makes it (design.md).

It identifies an invitation; what it may do is decided by state, clock and directory. It holds
digests, not names, and its secret is in the settings only: neither a database nor a topic dump
lets anyone accept. 83 bytes, hence 111 characters of base64url (RFC 4648 §5) without padding:

    bytes  0       format version (high four bits) and purpose (low four bits)
           1-2     window: the number of the sending, 1-65535, big-endian
           3-18    subject: UUID of the link request (decide) or of the link (manage)
          19-30    recipient digest     31-42  address digest
          43-50    key id, ASCII, padded with NUL
          51-82    HMAC-SHA256 over b"koppla-link-v1\\0" and all of the above
"""

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

TOKEN_LENGTH = 111  # characters; a mail line bears 120

_VERSION = 1
_DOMAIN = b"koppla-link-v1\0"  # so that a key used elsewhere by mistake signs nothing for us
_PAYLOAD = struct.Struct(">BH16s12s12s8s")
_DIGEST_BYTES = 12
_LARGEST_WINDOW = 0xFFFF
_SMALLEST_SECRET = 32  # bytes; RFC 2104: no shorter than the hash
_KEY_ID = re.compile(r"[a-z0-9-]{1,8}")
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class LinkTokenError(ValueError):
    """Not a token that one of our keys signed; the message never quotes it."""


class Purpose(StrEnum):
    """What the page behind the link is for."""

    DECIDE = "decide"  # subject: a link request
    MANAGE = "manage"  # subject: a link


_CODES = {Purpose.DECIDE: 1, Purpose.MANAGE: 2}
_PURPOSES = {_VERSION << 4 | code: purpose for purpose, code in _CODES.items()}


def recipient_digest(user_id: str) -> bytes:
    """Twelve bytes that stand for a user id."""
    return _digest(b"recipient\0", user_id)


def address_digest(address: str) -> bytes:
    """Twelve bytes that stand for a mail address, whatever its case and the blanks around it."""
    return _digest(b"address\0", address.strip().casefold())


def _digest(domain: bytes, text: str) -> bytes:
    # surrogatepass: a lone surrogate gives a digest that matches nobody, not an exception.
    return hashlib.sha256(domain + text.encode("utf-8", "surrogatepass")).digest()[:_DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class LinkToken:
    """What a verified token says."""

    purpose: Purpose
    subject: UUID
    window: int
    recipient: bytes
    address: bytes
    key_id: str

    def is_for(self, user_id: str) -> bool:
        return hmac.compare_digest(self.recipient, recipient_digest(user_id))

    def went_to(self, address: str) -> bool:
        return hmac.compare_digest(self.address, address_digest(address))


class LinkKeys:
    """The signing keys in order: the first signs, all verify.

    To rotate, put a new key first and leave the old one listed. Taking a key off the list ends
    every link that it signed, manage links among them, which have no other expiry.
    """

    def __init__(self, keys: Iterable[tuple[str, bytes]]) -> None:
        """Takes (key id, secret of at least 32 bytes); raises ValueError without quoting either."""
        self._secrets: dict[bytes, bytes] = {}
        for place, (key_id, secret) in enumerate(keys, start=1):
            # The id is not quoted either: a key that is written backwards has its secret there.
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError(f"link key {place}: the key id must be 1-8 of a-z, 0-9 and -")
            if len(secret) < _SMALLEST_SECRET:
                raise ValueError(f"link key {place}: needs at least {_SMALLEST_SECRET} bytes")
            if _padded(key_id) in self._secrets:
                raise ValueError(f"link key {place}: that key id is listed twice")
            if secret in self._secrets.values():
                raise ValueError(f"link key {place}: that secret is listed twice")
            self._secrets[_padded(key_id)] = secret
        if not self._secrets:
            raise ValueError("no link key is given")

    @classmethod
    def parse(cls, setting: str) -> "LinkKeys":
        """Reads `id:secret,id:secret` with secrets in base64 (either alphabet, padded or not).

        Raises ValueError that tells which key is wrong, by its place and without its text.
        """
        return cls(_read_key(place, entry) for place, entry in enumerate(setting.split(","), 1))

    def __repr__(self) -> str:
        return f"LinkKeys({', '.join(_unpadded(key_id) for key_id in self._secrets)})"

    def sign(self, purpose: Purpose, subject: UUID, window: int, user_id: str, address: str) -> str:
        """The token for one recipient of one sending; raises ValueError for a window that isn't
        1-65535. The same arguments give the same token, so a reminder carries the same link (D3).
        """
        if not 1 <= window <= _LARGEST_WINDOW:
            raise ValueError(f"the window must be 1-{_LARGEST_WINDOW}")
        key_id, secret = next(iter(self._secrets.items()))
        payload = _PAYLOAD.pack(
            _VERSION << 4 | _CODES[purpose],
            window,
            subject.bytes,
            recipient_digest(user_id),
            address_digest(address),
            key_id,
        )
        return _encode(payload + _mac(secret, payload))

    def verify(self, text: object) -> LinkToken:
        """What a token says; raises LinkTokenError for any that isn't exactly as signed."""
        token = _decode(text)
        payload, mac = token[: _PAYLOAD.size], token[_PAYLOAD.size :]
        head, window, subject, recipient, address, key_id = _PAYLOAD.unpack(payload)
        secret = self._secrets.get(key_id)
        if secret is None:
            raise LinkTokenError("unknown key")
        if not hmac.compare_digest(mac, _mac(secret, payload)):
            raise LinkTokenError("forged")
        purpose = _PURPOSES.get(head)
        if purpose is None or window == 0:
            raise LinkTokenError("unknown format")
        return LinkToken(
            purpose, UUID(bytes=subject), window, recipient, address, _unpadded(key_id)
        )


def _read_key(place: int, entry: str) -> tuple[str, bytes]:
    key_id, colon, secret = entry.strip().partition(":")
    if not colon:
        raise ValueError(f"link key {place}: must be written id:secret")
    standard = secret.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return key_id, base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except ValueError:
        # `from None`: nothing of the entry may reach a log through the chained exception.
        raise ValueError(f"link key {place}: the secret is not base64") from None


def _padded(key_id: str) -> bytes:
    return key_id.encode("ascii").ljust(8, b"\0")


def _unpadded(key_id: bytes) -> str:
    return key_id.rstrip(b"\0").decode("ascii")


def _mac(secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(secret, _DOMAIN + payload, "sha256")


def _encode(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def _decode(text: object) -> bytes:
    """The 83 bytes of a token; raises LinkTokenError.

    Python's decoder skips foreign characters and ignores the two spare bits of the last one;
    both would make several texts of one token, and a link that looks altered still work.
    """
    if not isinstance(text, str) or len(text) != TOKEN_LENGTH or not _ALPHABET.issuperset(text):
        raise LinkTokenError("not a token")
    token = base64.urlsafe_b64decode(text + "=")
    if _encode(token) != text:
        raise LinkTokenError("not a token")
    return token
