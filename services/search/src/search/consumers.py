"""What search listens to."""

from chassis.consumer import Consumer
from contracts.events.directory import ClientRecord
from contracts.events.linking import BureauEligibility
from search import service


def subscribe(consumer: Consumer) -> None:
    consumer.on_state(ClientRecord, service.take_clients)
    consumer.on_state(BureauEligibility, service.take_eligibility)
