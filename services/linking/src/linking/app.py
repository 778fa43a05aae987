"""Where the linking service is put together: settings → database → consumer → app."""

from chassis import held, ops, persons, replay
from chassis.app import Component, Service
from chassis.auth import BearerTokens
from chassis.bursts import Bursts
from chassis.client_address import ClientAddresses
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import DeadLetters
from chassis.http import new_app
from chassis.idempotency import IdempotencyKeys
from chassis.inbox import Inbox
from chassis.kafka import new_producer
from chassis.outbox import Outbox
from chassis.positions import Positions
from chassis.relay import Relay
from chassis.replay import Replay
from chassis.retention import Purger
from chassis.telemetry import Metrics
from chassis.wakeup import Wakeup
from contracts.topics import dead_letters
from linking import consumers, forms, http, pages
from linking.held import HELD
from linking.http.acts import entry_of_acts
from linking.http.origin import Origins
from linking.limits import SendingLimits
from linking.persons import PERSONS, entry_of_erasures
from linking.retention import rules
from linking.service import snapshots
from linking.service.asking import Terms
from linking.settings import LinkingSettings
from linking.sweeper import Sweeper
from linking.tables import chassis

NAME = "linking"


def build(settings: LinkingSettings) -> Service:
    """The service, wired; nothing is connected yet."""
    metrics = Metrics(NAME)
    url = settings.database_url.get_secret_value()
    database = Database(url, pool=settings.database_pool, name=NAME)
    wakeup = Wakeup(url, "outbox")
    outbox = Outbox(chassis.outbox, NAME)
    letters = DeadLetters(chassis.dead_letters, chassis.outbox, dead_letters(NAME))
    inbox, positions = Inbox(chassis.inbox), Positions(chassis.positions)
    consumer = Consumer(NAME, settings, database, inbox, positions, letters, metrics)
    consumers.subscribe(consumer, outbox)
    relay = Relay(
        database,
        chassis.outbox,
        chassis.relay_lease,
        wakeup,
        lambda: new_producer(settings),
        metrics,
    )
    app = new_app("Koppla linking", BearerTokens(settings), metrics)
    limits = SendingLimits(
        settings.rate_requests_per_bureau,
        settings.rate_requests_per_client,
        settings.rate_mails_per_address,
        metrics,
    )
    terms = Terms(settings.link_ttl, settings.public_url, limits)
    keys = IdempotencyKeys(chassis.idempotency_keys)
    addresses = ClientAddresses(settings.trusted_proxies)
    origins = Origins(addresses)
    app.include_router(http.router(database, outbox, keys, terms, addresses))
    attempts = Bursts("link_pages", settings.rate_link_pages, metrics)
    pages.install(
        app, database, outbox, settings.keys(), addresses, attempts, settings.support_email
    )
    forms.install(app, settings.support_email)
    every = settings.retention_every.total_seconds()
    purger = Purger(database, rules(outbox=settings.outbox_purge), every, metrics)
    workers: list[Component] = [
        Sweeper(database, outbox, settings.link_ttl, settings.reminder_before),
        purger,
    ]
    service = Service(NAME, app, database, wakeup, metrics, consumer, relay, workers)
    entered = entry_of_acts(origins)
    ops.install(app, service, chassis, entered)
    held.install(app, NAME, database, HELD)
    replay.install(app, NAME, database, Replay(chassis.outbox, outbox, snapshots.PARTS), entered)
    persons.install(app, NAME, database, PERSONS, entry_of_erasures(origins), entered)
    return service
