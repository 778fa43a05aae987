"""Which mail server, and how to speak with it: read from one URL."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Tls = Literal["implicit", "required", "offered", "never"]
_STARTTLS: dict[str, Tls] = {"required": "required", "auto": "offered", "never": "never"}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FORM = "must be smtp://[user:password@]host[:port] or smtps://…"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """tls: implicit (smtps) and required check the certificate; offered takes what there is
    (RFC 7435), as mail servers do among each other."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Reads `smtp://[user:password@]host[:port][?starttls=required|auto|never]` or
        `smtps://…`. Without `starttls`, TLS is required where a password would travel, and else
        taken where offered. Raises ValueError, which doesn't quote the URL.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        except ValueError:
            raise ValueError(_FORM) from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
            raise ValueError(_FORM)
        if parts.fragment or options.keys() - {"starttls"} or port == 0:
            raise ValueError(_FORM)
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        if (user is None) != (password is None):
            raise ValueError("must hold both user and password, or neither")
        if parts.scheme == "smtps":
            if options:
                raise ValueError("starttls is for smtp:// only")
            return cls(parts.hostname, port or 465, "implicit", user, password)
        travels = user is not None and parts.hostname not in _LOOPBACK
        chosen = options.get("starttls", ["required" if travels else "auto"])[-1]
        if chosen not in _STARTTLS:
            raise ValueError("starttls must be required, auto or never")
        return cls(
            parts.hostname, port or (587 if travels else 25), _STARTTLS[chosen], user, password
        )
