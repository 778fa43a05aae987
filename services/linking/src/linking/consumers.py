"""What linking listens to."""

from functools import partial

from chassis.consumer import Consumer
from chassis.outbox import Outbox
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.notifier import MailFailed, MailSent
from linking.service import deliveries, directory


def subscribe(consumer: Consumer, outbox: Outbox) -> None:
    consumer.on_state(ClientRecord, partial(directory.take_clients, outbox))
    consumer.on_state(BureauRecord, partial(directory.take_bureaus, outbox))
    consumer.on(MailSent, deliveries.take_sent)
    consumer.on(MailFailed, partial(deliveries.take_failed, outbox))
