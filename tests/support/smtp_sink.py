"""A customer's mail server, played: a real SMTP dialogue that keeps what it takes.

It can be told to refuse, to drop the connection after the final dot, and to hang.
"""

import asyncio
import email
import email.policy
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

Stage = Literal["CONNECT", "EHLO", "AUTH", "NOOP", "RSET", "MAIL", "RCPT", "DATA"]


@dataclass(frozen=True)
class Received:
    """A message for one recipient of its envelope."""

    recipient: str
    sender: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())


class SmtpSink:
    """`async with SmtpSink() as sink`: takes mail at `sink.url` on the running loop.

    received: what was taken, in order, copies of a dropped dialogue included. stages: how often
    each stage came, MAIL and RCPT and so on. connections: how many there ever were. refused: the
    recipients that were refused for good.
    """

    def __init__(self, *, utf8: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.stages: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.connections = 0
        self.url = ""
        self.credentials: tuple[str, str] | None = None
        self._utf8 = utf8
        self._tls = tls
        self._port = 0
        self._answers: dict[tuple[str, str | None], list[str]] = {}
        self._always: dict[tuple[str, str | None], str] = {}
        self._drops = 0
        self._gates: dict[str, asyncio.Event] = {}
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    async def __aenter__(self) -> "SmtpSink":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Listens, again on the same port after a `close`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self._port}"

    async def close(self) -> None:
        """Stops listening and drops every connection."""
        for gate in self._gates.values():
            gate.set()
        if self._server is not None:
            self._server.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        for session in self._sessions:
            if session.transport is not None:
                session.transport.close()
        self._sessions.clear()

    def answer(
        self, stage: Stage, reply: str, *, to: str | None = None, times: int | None = None
    ) -> None:
        """Answers a stage with `reply` (`450 4.2.1 Later`), the next `times` or from now on.

        to: only for this recipient, at RCPT and DATA.
        """
        if times is None:
            self._always[stage, to] = reply
        else:
            self._answers.setdefault((stage, to), []).extend([reply] * times)

    def answer_normally(self) -> None:
        self._answers.clear()
        self._always.clear()

    def drop_after_final_dot(self, times: int = 1) -> None:
        """Takes the next messages, but drops their connections instead of answering."""
        self._drops += times

    def hang(self, stage: Stage) -> asyncio.Event:
        """Keeps everybody waiting at a stage until the returned event is set."""
        return self._gates.setdefault(stage, asyncio.Event())

    def go_on(self) -> None:
        """Lets go of everybody whom `hang` keeps, and hangs no more."""
        gates, self._gates = self._gates, {}
        for gate in gates.values():
            gate.set()

    def to(self, address: str) -> list[Received]:
        return [mail for mail in self.received if mail.recipient == address]

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(
            _Handler(self),
            hostname="sink.koppla.example",
            enable_SMTPUTF8=self._utf8,
            tls_context=self._tls,
            auth_require_tls=False,
            authenticator=self._authenticate,
        )
        self._sessions.append(session)
        return session

    def _authenticate(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        self.stages["AUTH"] += 1
        pair = (given.login.decode(), given.password.decode())
        return AuthResult(success=pair == self.credentials, handled=False)

    async def _reply(self, stage: str, to: Sequence[str] = ()) -> str | None:
        self.stages[stage] += 1
        if stage in self._gates:
            await self._gates[stage].wait()
        for key in [(stage, recipient) for recipient in to] + [(stage, None)]:
            if self._answers.get(key):
                return self._answers[key].pop(0)
            if key in self._always:
                return self._always[key]
        return None

    def _drops_now(self) -> bool:
        if self._drops == 0:
            return False
        self._drops -= 1
        return True


def _takes(reply: str) -> bool:
    return reply.startswith("2")


class _Handler:
    """aiosmtpd's hooks, which decide by what the sink was told."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_EHLO(  # noqa: N802 (aiosmtpd's names)
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        replies: list[str],
    ) -> list[str]:
        session.host_name = hostname
        reply = await self._sink._reply("EHLO")
        return replies if reply is None else [reply]

    async def handle_NOOP(self, *_: Any) -> str:  # noqa: N802
        return await self._sink._reply("NOOP") or "250 OK"

    async def handle_RSET(self, *_: Any) -> str:  # noqa: N802
        return await self._sink._reply("RSET") or "250 OK"

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._sink._reply("MAIL") or "250 OK"
        if _takes(reply):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._sink._reply("RCPT", [address]) or "250 OK"
        if _takes(reply):
            # Else DATA would be refused, and with it who was to be taken.
            envelope.rcpt_tos.append(address)
        elif reply.startswith("5"):
            self._sink.refused.add(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        reply = await self._sink._reply("DATA", envelope.rcpt_tos)
        if reply is not None:
            return reply
        content = envelope.content
        body = content.encode() if isinstance(content, str) else content or b""
        for recipient in envelope.rcpt_tos:
            self._sink.received.append(Received(recipient, envelope.mail_from or "", body))
        if self._sink._drops_now() and server.transport is not None:
            server.transport.close()
        return "250 OK"
