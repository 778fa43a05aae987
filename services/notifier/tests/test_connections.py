"""Logging in, and mail servers that lack something."""

import asyncio
from typing import Any

from koppla.waiting import until
from notifier.app import build
from notifier.mailer import Mailer
from notifier.message import Outgoing
from notifier.outcomes import Halted, Later, Refused, Sent
from notifier.settings import NotifierSettings
from notifier.smtp_server import SmtpServer
from services.notifier.tests.events import KARIN, Notifier, requested
from tests.support.harness import Harness
from tests.support.smtp_sink import SmtpSink

DIGEST = "0" * 64
MAIL = Outgoing("karin@klient.example", b"Subject: x\r\n\r\n.x\r\n", False, DIGEST)


def mailer(url: str, **given: Any) -> Mailer:
    return Mailer(SmtpServer.parse(url), "no-reply@koppla.example", **given)


async def test_a_wrong_password_pauses_and_the_right_one_sends(
    harness: Harness, sink: SmtpSink, given: dict[str, Any]
) -> None:
    sink.credentials = ("koppla", "right")
    given["smtp_url"] = sink.url.replace("//", "//koppla:wrong@")
    urls = await harness.database("notifier")
    async with harness.running("notifier", NotifierSettings, build, urls=urls, **given) as running:
        wrong = Notifier(running, harness.broker, sink)
        await wrong.broker.publish(requested(recipients=(KARIN,)))
        [row] = await until(lambda: wrong.deliveries("last_error IS NOT NULL"))
        assert row["last_error"].startswith("535 5.7.8 at auth")
        assert row["status"] == "queued"
    given["smtp_url"] = sink.url.replace("//", "//koppla:right@")
    async with harness.running("notifier", NotifierSettings, build, urls=urls, **given) as running:
        await Notifier(running, harness.broker, sink).settled(1)
    assert len(sink.received) == 1


async def test_an_address_that_needs_smtputf8_is_refused_where_the_server_lacks_it() -> None:
    content = "To: åke@klient.example\r\n\r\nx".encode()
    mail = Outgoing("åke@klient.example", content, True, DIGEST)
    async with SmtpSink(utf8=False) as sink:
        one = mailer(sink.url)
        assert isinstance(await one.send(mail), Refused)
        assert isinstance(await one.send(MAIL), Sent)
        await one.close()
    async with SmtpSink() as sink:
        one = mailer(sink.url)
        assert await one.send(mail) == Sent(DIGEST)
        assert sink.received[0].recipient == "åke@klient.example"
        await one.close()


async def test_tls_that_is_required_and_missing_halts(sink: SmtpSink) -> None:
    assert isinstance(await mailer(f"{sink.url}?starttls=required").send(MAIL), Halted)
    assert sink.received == []


async def test_a_server_that_is_away_or_silent_is_tried_later(sink: SmtpSink) -> None:
    sink.hang("RCPT")
    silent = mailer(sink.url, command=0.2)
    assert isinstance(await silent.send(MAIL), Later)
    assert not silent.connected
    await sink.close()
    away = await mailer(sink.url).send(MAIL)
    assert isinstance(away, Later)
    assert away.error == "connection: SMTPConnectError"


async def test_a_connection_the_server_ends_with_421_is_opened_anew(sink: SmtpSink) -> None:
    one = mailer(sink.url)
    assert isinstance(await one.send(MAIL), Sent)
    sink.answer("MAIL", "421 4.4.2 too long idle", times=1)
    assert isinstance(await one.send(MAIL), Sent)
    assert (len(sink.received), sink.connections) == (2, 2)
    assert sink.received[0].content.endswith(b"\r\n.x\r\n")
    await one.close()


async def test_an_idle_connection_is_asked_before_it_is_used(sink: SmtpSink) -> None:
    one = mailer(sink.url, idle=0)
    await one.send(MAIL)
    assert isinstance(await one.send(MAIL), Sent)
    assert (sink.stages["NOOP"], sink.connections) == (1, 1)
    await one.close()


async def test_a_refusal_leaves_the_connection_usable(sink: SmtpSink) -> None:
    sink.answer("RCPT", "550 5.1.1 no", times=1)
    one = mailer(sink.url)
    assert await one.send(MAIL) == Refused("550 5.1.1 at recipient")
    assert isinstance(await one.send(MAIL), Sent)
    assert sink.connections == 1
    await asyncio.gather(one.close(), one.close())
