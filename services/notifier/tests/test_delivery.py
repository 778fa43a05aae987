"""From the queue to the mail server: what is tried again, what is final, what is never doubled."""

from typing import Any

from contracts.events.notifier import MailFailed
from koppla.waiting import until
from notifier.app import build
from notifier.settings import NotifierSettings
from services.notifier.tests.events import (
    EVE,
    KARIN,
    LARS,
    Notifier,
    accepted,
    admins,
    cancelled,
    reminded,
    requested,
)
from tests.support.harness import Harness
from tests.support.smtp_sink import SmtpSink


async def test_doubled_events_make_one_mail_each(notifier: Notifier) -> None:  # R20
    event = requested()
    [envelope] = await notifier.broker.publish(event)
    for _ in range(3):
        await notifier.broker.publish_raw(
            event.topic, event.key().encode(), event.model_dump_json().encode(), envelope.headers()
        )
    marker = requested(recipients=(KARIN,))
    await notifier.broker.publish(marker)
    await notifier.settled(4)
    assert len(notifier.sink.received) == 4


async def test_a_mail_refused_for_now_is_tried_again(notifier: Notifier) -> None:
    notifier.sink.answer(
        "RCPT", "450 4.2.1 karin@klient.example greylisted", to=KARIN.email, times=1
    )
    await notifier.broker.publish(requested())
    rows = {row["address"]: row for row in await notifier.settled(3)}
    assert {row["status"] for row in rows.values()} == {"sent"}
    assert rows[KARIN.email]["attempts"] == 2
    assert len(await notifier.sent(3)) == 3
    assert await notifier.broker.events(MailFailed) == []


async def test_one_refused_recipient_does_not_touch_the_others(notifier: Notifier) -> None:
    recipients = admins(5)
    lost = recipients[2]
    notifier.sink.answer("RCPT", f"550 5.1.1 <{lost.email}> unknown", to=lost.email)
    await notifier.broker.publish(requested(recipients=recipients))
    await notifier.settled(5)
    [failed] = await notifier.failed(1)
    assert (failed.user_id, failed.mail, failed.window) == (lost.user_id, "request", 1)
    assert failed.error == "550 5.1.1 at recipient"
    assert len(notifier.sink.received) == 4
    assert {event.user_id for event in await notifier.sent(4)} == {
        admin.user_id for admin in recipients if admin is not lost
    }


async def test_a_message_refused_after_its_dot_is_final(notifier: Notifier) -> None:
    notifier.sink.answer("DATA", "554 5.7.1 looks like spam", to=LARS.email)
    await notifier.broker.publish(requested())
    assert (await notifier.failed(1))[0].error == "554 5.7.1 at message"
    assert len(await notifier.sent(2)) == 2


async def test_a_connection_lost_after_the_final_dot_doubles_under_one_message_id(
    notifier: Notifier,
) -> None:
    notifier.sink.drop_after_final_dot()
    await notifier.broker.publish(requested(recipients=(KARIN,)))
    first, second = await notifier.mails(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.content == second.content
    assert len(await notifier.sent(1)) == 1


async def test_a_server_that_refuses_the_sender_pauses_the_queue(notifier: Notifier) -> None:
    notifier.sink.answer("MAIL", "550 5.7.1 we don't know you")
    await notifier.broker.publish(requested())
    await until(lambda: _metric(notifier, "koppla_mail_pause_seconds"))
    assert {row["status"] for row in await notifier.deliveries()} <= {"queued", "sending"}
    assert await notifier.broker.events(MailFailed) == []
    notifier.sink.answer_normally()
    await notifier.settled(3)
    assert set((await notifier.statuses()).values()) == {"sent"}


async def _metric(notifier: Notifier, name: str) -> bool:
    text = (await notifier.running.http.get("/metrics")).text
    return any(line.startswith(name) and float(line.split()[-1]) > 0 for line in text.splitlines())


async def test_a_burst_of_refused_recipients_keeps_the_rest_queued(notifier: Notifier) -> None:
    notifier.sink.answer("RCPT", "550 5.7.1 relaying denied")
    await notifier.broker.publish(requested(recipients=admins(40)))
    await until(lambda: _metric(notifier, "koppla_mail_pause_seconds"))
    notifier.sink.answer_normally()
    await notifier.settled(40)
    statuses = list((await notifier.statuses()).values())
    assert statuses.count("failed") == 19
    assert statuses.count("sent") == 21


async def test_connections_are_reused_and_few(notifier: Notifier) -> None:
    await notifier.broker.publish(requested(recipients=admins(60)))
    await notifier.settled(60)
    assert len({mail.recipient for mail in notifier.sink.received}) == 60
    assert notifier.sink.connections <= 4


async def test_a_connection_that_the_server_closed_fails_no_mail(notifier: Notifier) -> None:
    await notifier.broker.publish(requested())
    await notifier.settled(3)
    notifier.sink.drop_connections()
    await notifier.broker.publish(requested())
    rows = await notifier.settled(6)
    assert {row["attempts"] for row in rows} == {1}


async def test_a_decision_voids_what_is_still_queued(notifier: Notifier) -> None:
    notifier.sink.answer("RCPT", "451 4.3.0 later", to=LARS.email)
    event = requested()
    await notifier.broker.publish(event)
    await notifier.sent(2)
    await notifier.broker.publish(cancelled(event.request_id))
    await notifier.settled(3)
    assert await notifier.statuses() == {
        KARIN.email: "sent",
        EVE.email: "sent",
        LARS.email: "void",
    }
    assert notifier.sink.to(LARS.email) == []
    assert await notifier.broker.events(MailFailed) == []


async def test_a_decision_voids_what_is_in_a_workers_hands_if_that_fails(
    notifier: Notifier,
) -> None:
    go_on = notifier.sink.hang("RCPT")
    notifier.sink.answer("RCPT", "451 4.3.0 later")
    event = requested(recipients=(KARIN,))
    await notifier.broker.publish(event)
    await until(lambda: notifier.sink.stages["RCPT"] == 1)
    await notifier.broker.publish(cancelled(event.request_id))
    await until(lambda: notifier.running.rows("SELECT 1 FROM deliveries WHERE unwanted"))
    go_on.set()
    await notifier.settled(1)
    assert await notifier.statuses() == {KARIN.email: "void"}


async def test_a_sending_overtaken_by_its_decision_makes_no_mail(notifier: Notifier) -> None:
    late = requested()
    await notifier.broker.publish(
        accepted(late.request_id), late, reminded(request_id=late.request_id)
    )
    await notifier.broker.publish(requested(recipients=(KARIN,)))
    await until(lambda: notifier.sink.to(KARIN.email)[1:])
    mails = [row["mail"] for row in await notifier.deliveries()]
    assert sorted(mails) == ["accepted", "accepted", "accepted", "receipt", "request"]


async def test_a_mail_whose_time_is_over_is_given_up_unsent(notifier: Notifier) -> None:
    over = requested().sent_at
    await notifier.broker.publish(requested(recipients=(KARIN,), expires_at=over))
    [failed] = await notifier.failed(1)
    assert failed.error == "its time was over"
    assert notifier.sink.received == []


async def test_a_restart_goes_on_with_what_was_queued(
    harness: Harness, sink: SmtpSink, given: dict[str, Any]
) -> None:
    urls = await harness.database("notifier")
    sink.answer("RCPT", "451 4.3.0 later")
    async with harness.running("notifier", NotifierSettings, build, urls=urls, **given) as running:
        first = Notifier(running, harness.broker, sink)
        await first.broker.publish(requested())
        await until(lambda: first.deliveries("last_error IS NOT NULL"))
    assert await first.deliveries("status = 'sending'") == []
    sink.answer_normally()
    async with harness.running("notifier", NotifierSettings, build, urls=urls, **given) as running:
        second = Notifier(running, harness.broker, sink)
        await second.settled(3)
        assert len(sink.received) == 3
        assert len(await second.sent(3)) == 3


async def test_stopping_gives_back_what_was_not_begun(
    harness: Harness, sink: SmtpSink, given: dict[str, Any]
) -> None:
    go_on = sink.hang("RCPT")
    async with harness.running(
        "notifier", NotifierSettings, build, **{**given, "mail_connections": 1}
    ) as running:
        stopped = Notifier(running, harness.broker, sink)
        await stopped.broker.publish(requested(recipients=admins(8)))
        await until(lambda: sink.stages["RCPT"] == 1)
    held = await stopped.deliveries("status = 'sending'")
    assert len(held) == 1
    assert {row["attempts"] for row in await stopped.deliveries("status = 'queued'")} == {0}
    go_on.set()
