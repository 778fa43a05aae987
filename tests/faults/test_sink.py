"""The played mail server does what a fault tells it, and not more."""

import asyncio
import smtplib

from tests.support.smtp_sink import SmtpSink

TEXT = "Subject: Hej\r\n\r\nHej\r\n"


async def test_an_answer_that_takes_a_recipient_takes_its_mail() -> None:
    async with SmtpSink() as sink:
        sink.answer("RCPT", "250 OK", times=1)
        sink.answer("RCPT", "550 5.1.1 No such user", times=1)
        said = [await asyncio.to_thread(_send, sink, f"{name}@1.example") for name in "abc"]
        assert said == ["taken", "550", "taken"]
        assert [mail.recipient for mail in sink.received] == ["a@1.example", "c@1.example"]
        assert sink.refused == {"b@1.example"}


def _send(sink: SmtpSink, to: str) -> str:
    host, _, port = sink.url.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        try:
            server.sendmail("no-reply@koppla.example", [to], TEXT)
        except smtplib.SMTPRecipientsRefused as error:
            return str(error.recipients[to][0])
        except smtplib.SMTPResponseException as error:
            return str(error.smtp_code)
        return "taken"
