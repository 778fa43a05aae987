"""The sink's SMTP server, on the run's own event loop."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from koppla.inbox.mailbox import Mailbox


class _Handler:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        for recipient in envelope.rcpt_tos:
            self._mailbox.add(recipient, _bytes(envelope.content))
        return "250 OK"


class SmtpSink:
    """Takes every mail and keeps it in the mailbox. `url` is known once it is started."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._handler = _Handler(mailbox)
        self._server: asyncio.Server | None = None
        self.url = ""

    async def __aenter__(self) -> "SmtpSink":
        loop = asyncio.get_running_loop()

        def protocol() -> Any:
            return SMTP(self._handler, hostname="inbox.koppla.example", enable_SMTPUTF8=True)

        self._server = await loop.create_server(protocol, "127.0.0.1", 0)
        self.url = f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()


def _bytes(content: bytes | str | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""
