"""The process roles of a service: `python -m NAME serve | consume | relay | migrate`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
import uvloop

from chassis import failpoints
from chassis.app import Service, answer_until_signalled, listen, running
from chassis.database import DatabaseSettings
from chassis.kafka import KafkaSettings
from chassis.kafka_access import check_access
from chassis.settings import SettingError, load
from chassis.telemetry import configure_logging

S = TypeVar("S", bound=DatabaseSettings)
ROLES = ("serve", "consume", "relay", "migrate")
log = structlog.get_logger(__name__)


def main(
    name: str,
    settings: type[S],
    build: Callable[[S], Service],
    arguments: Sequence[str] | None = None,
) -> int:
    """Runs one role until it is told to stop; the exit code. A bad setting is one line and a 2."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("--host", default="0.0.0.0")  # noqa: S104 (a container's own network)
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    configure_logging()
    try:
        failpoints.arm_from_environment()
        loaded = load(settings)
        uvloop.run(_run(name, loaded, build, given.role, given.host, given.port))
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def _run(
    name: str, settings: S, build: Callable[[S], Service], role: str, host: str, port: int
) -> None:
    if role == "migrate":
        owner = settings.owner_database_url
        if owner is None:
            raise SettingError(f"KOPPLA_{name.upper()}_OWNER_DATABASE_URL: is missing")
        # Alembic is needed here only, and takes its time to import.
        from chassis.migrations import folder, migrate

        changed = await migrate(owner.get_secret_value(), folder(name))
        log.info("migrated", service=name, changed=changed)
        return
    # First, so that a port in use is known before anything is started.
    try:
        bound = listen(host, port)
    except OSError as error:
        raise SettingError(f"{host}:{port}: {error.strerror}") from None
    with bound:
        if role in ("consume", "relay") and isinstance(settings, KafkaSettings):
            await check_access(settings)
        async with running(build(settings), [role]) as service:
            # Every role answers /healthz, /readyz and /metrics; only `serve` gets traffic.
            await answer_until_signalled(service.http, bound)
