"""Structured logs with request and trace ids, and the counters of one service."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_PATTERN = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


def configure_logging(level: str = "INFO") -> None:
    """One JSON object a line on standard error, the standard library's log records included."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These log request lines, addresses and whole mails, and a link's token is in them.
    for noisy in ("uvicorn.access", "httpx", "mail.log"):
        logging.getLogger(noisy).disabled = True
    for chatty in ("aiokafka", "faststream", "alembic", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def new_traceparent(incoming: str | None = None) -> str:
    """A W3C traceparent that goes on with the incoming trace, or starts one."""
    trace = incoming[3:35] if incoming and _PATTERN.fullmatch(incoming) else os.urandom(16).hex()
    return f"00-{trace}-{os.urandom(8).hex()}-01"


def current_traceparent() -> str | None:
    return _traceparent.get()


@contextmanager
def trace(incoming: str | None, **context: str) -> Iterator[str]:
    """Everything logged and written to an outbox inside belongs to one trace."""
    traceparent = new_traceparent(incoming)
    token = _traceparent.set(traceparent)
    with structlog.contextvars.bound_contextvars(trace_id=traceparent[3:35], **context):
        try:
            yield traceparent
        finally:
            _traceparent.reset(token)


class Metrics:
    """The counters that every service has, in a registry of its own. Labels never name a person."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.requests = Counter(
            "koppla_http_requests",
            "HTTP requests",
            ["service", "route", "method", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "koppla_http_request_seconds", "Time to answer", ["service", "route"], registry=registry
        )
        self.rate_limited = Counter(
            "koppla_rate_limited",
            "Requests refused by a limit",
            ["service", "limit"],
            registry=registry,
        )
        self.records = Counter(
            "koppla_records",
            "Records consumed, by what became of them",
            ["service", "topic", "outcome"],
            registry=registry,
        )
        self.consumer_hangs = Gauge(
            "koppla_consumer_hangs",
            "1 where the consumer is at one record for longer than KOPPLA_CONSUMER_HANGS_AFTER",
            ["service"],
            registry=registry,
        )
        self.published = Counter(
            "koppla_outbox_published", "Events published", ["service"], registry=registry
        )
        self.outbox_backlog = Gauge(
            "koppla_outbox_backlog", "Events not yet published", ["service"], registry=registry
        )
        self.outbox_oldest = Gauge(
            "koppla_outbox_oldest_seconds",
            "Age of the oldest event that waits to be published",
            ["service"],
            registry=registry,
        )
        self.outbox_parked = Gauge(
            "koppla_outbox_parked",
            "Events that can't be sent as they are, and hold up all later ones of their keys",
            ["service"],
            registry=registry,
        )
        self.dead_letters = Gauge(
            "koppla_dead_letters",
            "Dead letters that nobody has settled; status waiting: behind an open one of their key",
            ["service", "topic", "status"],
            registry=registry,
        )
        self.purged = Counter(
            "koppla_rows_purged",
            "Rows that retention took away",
            ["service", "rule"],
            registry=registry,
        )
        self.service = service
