"""Where the activation service is put together: settings → database → consumer → app."""

from activation import consumers, http, snapshots, standings
from activation.held import HELD
from activation.persons import PERSONS
from activation.retention import rules
from activation.settings import ActivationSettings
from activation.sign_in_token import SignInKeys
from activation.sign_ins import HandOff
from activation.tables import chassis
from chassis import held, ops, persons, replay
from chassis.app import Service
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

NAME = "activation"


def build(settings: ActivationSettings) -> Service:
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
    hand_off = HandOff(
        settings.platform_url,
        SignInKeys.parse(settings.sign_in_keys.get_secret_value()),
        settings.sign_in_ttl,
    )
    app = new_app("Koppla activation", BearerTokens(settings), metrics)
    app.include_router(http.router(database, outbox, hand_off))
    app.include_router(standings.router(database))
    every = settings.retention_every.total_seconds()
    purger = Purger(database, rules(outbox=settings.outbox_purge), every, metrics)
    workers = [purger]
    service = Service(NAME, app, database, wakeup, metrics, consumer, relay, workers)
    ops.install(app, service, chassis)
    held.install(app, NAME, database, HELD)
    replay.install(app, NAME, database, Replay(chassis.outbox, outbox, snapshots.PARTS))
    persons.install(app, NAME, database, PERSONS)
    return service
