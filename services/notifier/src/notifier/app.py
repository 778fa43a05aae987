"""Where the notifier is put together: settings → database → consumer, dispatcher → app."""

from chassis import held, ops, persons, replay
from chassis.app import Component, Service
from chassis.auth import BearerTokens
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.dead_letters import DeadLetters
from chassis.http import new_app
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
from notifier import consumers
from notifier.brake import Brake
from notifier.dispatcher import CHANNEL, Dispatcher
from notifier.held import HELD
from notifier.mailer import Mailer
from notifier.message import Writer
from notifier.persons import PERSONS
from notifier.retention import rules
from notifier.service import Desk
from notifier.settings import NotifierSettings
from notifier.tables import chassis

NAME = "notifier"


def build(settings: NotifierSettings) -> Service:
    """The service, wired; nothing is connected yet."""
    metrics = Metrics(NAME)
    url = settings.database_url.get_secret_value()
    database = Database(url, pool=settings.database_pool, name=NAME)
    wakeup = Wakeup(url, "outbox", CHANNEL)
    letters = DeadLetters(chassis.dead_letters, chassis.outbox, dead_letters(NAME))
    inbox, positions = Inbox(chassis.inbox), Positions(chassis.positions)
    consumer = Consumer(NAME, settings, database, inbox, positions, letters, metrics)
    consumers.subscribe(consumer, Desk(settings.sender().domain))
    relay = Relay(
        database,
        chassis.outbox,
        chassis.relay_lease,
        wakeup,
        lambda: new_producer(settings),
        metrics,
    )
    app = new_app("Koppla notifier", BearerTokens(settings), metrics)
    every = settings.retention_every.total_seconds()
    purger = Purger(database, rules(outbox=settings.outbox_purge), every, metrics)
    workers: list[Component] = [_dispatcher(settings, database, wakeup, metrics), purger]
    service = Service(NAME, app, database, wakeup, metrics, consumer, relay, workers)
    ops.install(app, service, chassis)
    held.install(app, NAME, database, HELD)
    replay.install(app, NAME, database, Replay(chassis.outbox, Outbox(chassis.outbox, NAME)))
    persons.install(app, NAME, database, PERSONS)
    return service


def _dispatcher(
    settings: NotifierSettings, database: Database, wakeup: Wakeup, metrics: Metrics
) -> Dispatcher:
    sender, server = settings.sender(), settings.server()
    first = settings.mail_retry_first
    return Dispatcher(
        database,
        wakeup,
        Outbox(chassis.outbox, NAME),
        Writer(sender, settings.public_url, settings.keys(), settings.support_email),
        [Mailer(server, sender.addr_spec) for _ in range(settings.mail_connections)],
        Brake(first.total_seconds()),
        metrics,
        first=first,
    )
