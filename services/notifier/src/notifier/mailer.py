"""One connection to the mail server, kept open between mails."""

import asyncio
import time

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from notifier.message import Outgoing
from notifier.outcomes import Halted, Later, Outcome, Refused, Sent, of_answer
from notifier.smtp_server import SmtpServer

log = structlog.get_logger(__name__)
_UNAVAILABLE = 421
_LACKING = Halted("the server lacks TLS or a way to log in that we know")


class Mailer:
    """Hands mails over, one at a time and to one recipient each.

    sender: for MAIL FROM. command: seconds for an answer. final: seconds for the answer to the
    final dot, which comes after the server's own checks. idle: seconds after which a kept
    connection is asked whether it still lives.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        command: float = 30,
        final: float = 120,
        idle: float = 10,
    ) -> None:
        self._server = server
        self._sender = sender
        self._command = command
        self._final = final
        self._idle = idle
        self._smtp: SMTP | None = None
        self._used = 0.0
        self._open = False

    @property
    def connected(self) -> bool:
        return self._smtp is not None

    async def send(self, mail: Outgoing) -> Outcome:
        """What became of it. Raises nothing but CancelledError; no answer holds an address."""
        try:
            outcome = await self._send(mail)
        except SMTPAuthenticationError as error:
            outcome = of_answer("auth", error.code, error.message)
        except SMTPNotSupported:
            outcome = _LACKING
        except SMTPResponseException as error:
            outcome = of_answer("connect", error.code, error.message)
        except (SMTPException, OSError, TimeoutError) as error:
            # aiosmtplib says by the bare class that the server offers no STARTTLS or no AUTH.
            lacking = type(error) is SMTPException
            outcome = _LACKING if lacking else Later(f"connection: {type(error).__name__}")
        except BaseException:
            self._drop()
            raise
        if not isinstance(outcome, Sent | Refused):
            # Whatever state it is in, the next mail deserves a fresh one.
            self._drop()
        return outcome

    async def close(self) -> None:
        """Says QUIT, bounded, and closes."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            await smtp.quit(timeout=1)
        except (SMTPException, OSError) as error:
            log.debug("smtp_quit_failed", error=type(error).__name__)
        smtp.close()

    async def _send(self, mail: Outgoing) -> Outcome:
        smtp = await self._begin(mail)
        if isinstance(smtp, SMTP):
            return await self._hand_over(smtp, mail)
        return smtp

    async def _begin(self, mail: Outgoing) -> SMTP | Outcome:
        """A connection that has taken MAIL FROM. A kept one that the server has closed in the
        meantime, or closes now (421), is no failure of the mail: a new one is opened."""
        if self._smtp is not None:
            try:
                answer = await self._mail_from(self._smtp, mail, kept=True)
                if answer is None:
                    return self._smtp
                if answer[0] != _UNAVAILABLE:
                    return of_answer("sender", *answer)
            except (SMTPException, OSError, TimeoutError) as error:
                log.debug("smtp_connection_was_gone", error=type(error).__name__)
            self._drop()
        smtp = await self._connect()
        if mail.utf8 and not smtp.supports_extension("smtputf8"):
            return Refused("the mail server takes no address outside of ASCII")
        answer = await self._mail_from(smtp, mail, kept=False)
        return smtp if answer is None else of_answer("sender", *answer)

    async def _connect(self) -> SMTP:
        server = self._server
        strict = server.tls in ("implicit", "required")
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self._sender.rpartition("@")[2],
            timeout=self._command,
            use_tls=server.tls == "implicit",
            start_tls={"required": True, "offered": None}.get(server.tls, False),
            validate_certs=strict,
        )
        async with asyncio.timeout(2 * self._command):
            await smtp.connect()
            if smtp.is_ehlo_or_helo_needed:
                await smtp.ehlo()
        self._smtp = smtp
        self._open = False
        return smtp

    async def _mail_from(self, smtp: SMTP, mail: Outgoing, *, kept: bool) -> tuple[int, str] | None:
        """None when the server agreed, else its answer."""
        if kept and time.monotonic() - self._used > self._idle:
            await smtp.noop()
        if self._open:
            await smtp.rset()
        if mail.utf8 and not smtp.supports_extension("smtputf8"):
            raise SMTPServerDisconnected("another connection may know SMTPUTF8")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.utf8 else []
        self._open = True
        try:
            await smtp.mail(self._sender, options=options)
        except SMTPResponseException as error:
            return error.code, error.message
        return None

    async def _hand_over(self, smtp: SMTP, mail: Outgoing) -> Outcome:
        try:
            await smtp.rcpt(mail.recipient, encoding="utf-8" if mail.utf8 else "ascii")
        except SMTPResponseException as error:
            return of_answer("recipient", error.code, error.message)
        try:
            await smtp.data(mail.content, timeout=self._final)
        except SMTPResponseException as error:
            if not 200 <= error.code < 300:
                return of_answer("message", error.code, error.message)
        self._open = False
        self._used = time.monotonic()
        return Sent(mail.text_digest)

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()
