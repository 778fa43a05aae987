"""`koppla pages`: the gateway's own pages where each role is a process of its own, and what is seen
of them from outside only: whether they are ready, and how far behind consumers are.

A consumer that is dead, or hangs, tells nobody its lag; the broker does.
"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from chassis.app import Service, answer_until_signalled, listen
from chassis.kafka import KafkaSettings
from chassis.kafka_access import check_access
from chassis.settings import SettingError
from koppla.api.described import services as described
from koppla.gateway import own_pages
from koppla.waiting import until

log = structlog.get_logger(__name__)
_PATIENCE = 5.0


def _addresses(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    pairs = [part.strip().partition("=") for part in value.split(",") if part.strip()]
    if not all(name and url.startswith(("http://", "https://")) for name, _, url in pairs):
        raise ValueError("must be NAME=URL[,NAME=URL]")
    return {name: url.rstrip("/") for name, _, url in pairs}


class LookoutSettings(KafkaSettings):
    """processes: by name, where each service that people call answers `/readyz`."""

    processes: Annotated[dict[str, str], NoDecode, BeforeValidator(_addresses)] = Field(
        default_factory=dict
    )


async def run(settings: LookoutSettings, host: str, port: int) -> None:
    """Until SIGINT or SIGTERM. Raises SettingError where the port is taken, or the broker refuses
    us."""
    try:
        bound = listen(host, port)
    except OSError as error:
        raise SettingError(f"{host}:{port}: {error.strerror}") from None
    await check_access(settings)
    services = described()
    lag = Lag(settings, services)
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as http:
        readiness = Readiness(http, settings.processes)
        apps = [service.http for service in services]
        try:
            pages = own_pages(apps, readiness.not_ready, lag.measured)
            await answer_until_signalled(pages, bound)
        finally:
            await lag.close()


async def settled(settings: KafkaSettings, deadline: float) -> None:
    """Returns once every service has taken in all that there is. Raises TimeoutError, or
    SettingError where the broker refuses us."""
    await check_access(settings)
    lag = Lag(settings, described())
    try:
        await until(lag.nothing, deadline, every=0.5, what="consumers to take in all there is")
    finally:
        await lag.close()


class Readiness:
    """Asks the processes how they are."""

    def __init__(self, http: httpx.AsyncClient, processes: Mapping[str, str]) -> None:
        self._http = http
        self._processes = processes

    async def not_ready(self) -> dict[str, str]:
        """By process and part, why it is not ready."""
        asked = await asyncio.gather(
            *(self._of(name, url) for name, url in self._processes.items())
        )
        return {part: why for one in asked for part, why in one.items()}

    async def _of(self, name: str, url: str) -> dict[str, str]:
        try:
            answer = await self._http.get(f"{url}/readyz")
            said = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            return {name: type(error).__name__}
        if answer.status_code == 200:
            return {}
        return {f"{name}.{part}": str(why) for part, why in said.items() if part != "status"}


class Lag:
    """How many records each service has still to take, by topic, as the broker knows it."""

    def __init__(self, settings: KafkaSettings, services: list[Service]) -> None:
        self._settings = settings
        self._heard = {
            service.name: sorted({event.topic.name for event in service.consumer.heard})
            for service in services
            if service.consumer is not None
        }
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._one = asyncio.Lock()

    async def measured(self) -> bytes:
        """For Prometheus; without any lag while the broker does not tell."""
        registry = CollectorRegistry()
        known = Gauge("koppla_consumer_lag_known", "1 where the broker told", registry=registry)
        behind = Gauge(
            "koppla_consumer_lag",
            "Records published and not yet taken in",
            ["service", "topic"],
            registry=registry,
        )
        told = await self.behind()
        for (service, topic), number in (told or {}).items():
            behind.labels(service, topic).set(number)
        known.set(0 if told is None else 1)
        return generate_latest(registry)

    async def behind(self) -> dict[tuple[str, str], int] | None:
        """By service and topic, how many; None while the broker does not tell."""
        try:
            async with self._one, asyncio.timeout(_PATIENCE):
                return await self._read()
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("lag_unknown", error=type(error).__name__)
            await self.close()
            return None

    async def nothing(self) -> bool:
        """Whether every service has taken in all that there is."""
        told = await self.behind()
        return told is not None and not any(told.values())

    async def close(self) -> None:
        for part in (self._consumer and self._consumer.stop, self._admin and self._admin.close):
            if part is not None:
                try:
                    await asyncio.wait_for(part(), _PATIENCE)
                except (KafkaError, OSError, TimeoutError) as error:
                    log.warning("left_behind", error=type(error).__name__)
        self._consumer = self._admin = None

    async def _read(self) -> dict[tuple[str, str], int]:
        admin, consumer = await self._connected()
        heard = sorted({topic for topics in self._heard.values() for topic in topics})
        partitions = [
            TopicPartition(about["topic"], one["partition"])
            for about in await admin.describe_topics(heard)
            for one in about["partitions"]
        ]
        starts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        behind: dict[tuple[str, str], int] = {}
        for service, topics in self._heard.items():
            done = await admin.list_consumer_group_offsets(service)
            for one in partitions:
                if one.topic in topics:
                    at = done[one].offset if one in done else -1
                    missing = max(0, ends[one] - max(at, starts[one]))
                    key = service, one.topic
                    behind[key] = behind.get(key, 0) + missing
        return behind

    async def _connected(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        if self._admin is None or self._consumer is None:
            self._admin = AIOKafkaAdminClient(**self._settings.connection())
            self._consumer = AIOKafkaConsumer(
                **self._settings.connection(), enable_auto_commit=False
            )
            await self._admin.start()
            await self._consumer.start()
        return self._admin, self._consumer
