"""Where the search service is put together: settings → database → consumer → app."""

from chassis import held, ops, persons, replay
from chassis.app import Service
from chassis.auth import BearerTokens
from chassis.bursts import Bursts
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
from search import consumers, http
from search.held import HELD
from search.persons import PERSONS
from search.retention import rules
from search.settings import SearchSettings
from search.tables import chassis

NAME = "search"


def build(settings: SearchSettings) -> Service:
    """The service, wired; nothing is connected yet."""
    metrics = Metrics(NAME)
    url = settings.database_url.get_secret_value()
    database = Database(url, pool=settings.database_pool, name=NAME)
    wakeup = Wakeup(url, "outbox")
    letters = DeadLetters(chassis.dead_letters, chassis.outbox, dead_letters(NAME))
    inbox, positions = Inbox(chassis.inbox), Positions(chassis.positions)
    consumer = Consumer(NAME, settings, database, inbox, positions, letters, metrics)
    consumers.subscribe(consumer)
    relay = Relay(
        database,
        chassis.outbox,
        chassis.relay_lease,
        wakeup,
        lambda: new_producer(settings),
        metrics,
    )
    app = new_app("Koppla search", BearerTokens(settings), metrics)
    searches = Bursts("searches", settings.rate_searches, metrics)
    app.include_router(http.router(database, searches))
    every = settings.retention_every.total_seconds()
    purger = Purger(database, rules(outbox=settings.outbox_purge), every, metrics)
    workers = [purger]
    service = Service(NAME, app, database, wakeup, metrics, consumer, relay, workers)
    ops.install(app, service, chassis)
    held.install(app, NAME, database, HELD)
    replay.install(app, NAME, database, Replay(chassis.outbox, Outbox(chassis.outbox, NAME)))
    persons.install(app, NAME, database, PERSONS)
    return service
