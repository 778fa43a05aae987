"""What the notifier listens to."""

from chassis.consumer import Consumer
from contracts.events.linking import (
    LinkEnded,
    LinkEstablished,
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequestDeclined,
    LinkRequested,
    LinkRequestExpired,
    LinkRequestReminderDue,
    LinkRequestResent,
    LinkRequestUndeliverable,
)
from contracts.topics import LINKING_LINKS
from notifier.service import Desk


def subscribe(consumer: Consumer, desk: Desk) -> None:
    consumer.on_envelope(LinkRequested, desk.take_sending)
    consumer.on_envelope(LinkRequestResent, desk.take_sending)
    consumer.on_envelope(LinkRequestReminderDue, desk.take_sending)
    consumer.on_envelope(LinkRequestAccepted, desk.take_acceptance)
    consumer.on_envelope(LinkRequestDeclined, desk.take_refusal)
    consumer.on_envelope(LinkRequestCancelled, desk.take_cancellation)
    consumer.on_envelope(LinkRequestExpired, desk.take_expiry)
    consumer.on_envelope(LinkRequestUndeliverable, desk.take_undeliverable)
    consumer.on_envelope(LinkEstablished, desk.take_link)
    consumer.on_envelope(LinkEnded, desk.take_end)
    # Mails can't be taken back: none says that a link began after one has said that it ended. What
    # the others say, a decision voids whatever came first.
    consumer.keep_order(LINKING_LINKS)
