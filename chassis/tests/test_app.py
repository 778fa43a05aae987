"""A service's life: what starts and stops when, and what it says of itself."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.app import Service, listen, running
from chassis.http import new_app
from chassis.kafka import ensure_topics
from chassis.settings import load
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from koppla.waiting import until
from tests.support.brokers import SETTINGS, own_broker
from tests.support.harness import Broker
from tests.support.sample import DEAD, NOTES, STATES, Noted, Sample, SampleSettings, build

EVERYTHING = ("serve", "consume", "relay")


def _settings(url: str, kafka: str, issuer: DevelopmentIssuer) -> SampleSettings:
    return load(
        SampleSettings,
        database_url=url,
        issuer=ISSUER,
        audience=AUDIENCE,
        jwks_url=issuer.jwks_url,
        **{**SETTINGS, "kafka": kafka},
    )


@pytest.fixture
async def service(url: str, sample: Sample, broker: Broker, issuer: DevelopmentIssuer) -> Service:
    return build(_settings(url, broker.bootstrap_servers, issuer))


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(service.http)
    async with httpx.AsyncClient(transport=transport, base_url="http://sample.test") as client:
        yield client


async def test_it_is_ready_while_everything_runs(service: Service, http: httpx.AsyncClient) -> None:
    async with running(service, EVERYTHING):
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert (await http.get("/healthz")).status_code == 200


async def test_it_is_not_ready_once_its_consumer_died(
    service: Service, http: httpx.AsyncClient
) -> None:
    async with running(service, EVERYTHING):
        assert service.consumer is not None
        assert service.consumer.subscriber is not None
        for task in service.consumer.subscriber.tasks:
            task.cancel()
        answer = await until(lambda: _unready(http))
        assert answer == {"status": "not ready", "consumer": "not running"}
        assert (await http.get("/healthz")).status_code == 200


async def test_a_consumer_whose_handler_hangs_is_told_of_until_it_gets_on(
    service: Service, sample: Sample, broker: Broker, http: httpx.AsyncClient
) -> None:
    hangs, goes_on = asyncio.Event(), asyncio.Event()

    async def handler(session: AsyncSession, event: Noted) -> None:
        if event.text == "hangs":
            hangs.set()
            await goes_on.wait()

    sample.settings = sample.settings.model_copy(
        update={"consumer_hangs_after": timedelta(seconds=1)}
    )
    service.consumer, service.metrics = sample.consumer(handler), sample.metrics
    async with running(service, EVERYTHING):
        await broker.publish(Noted(about="a", text="hangs"))
        await hangs.wait()
        answer = await until(lambda: _unready(http))
        assert re.fullmatch(r"hangs: at one record for \d+ s", answer.pop("consumer"))
        assert answer == {"status": "not ready"}
        # It lives no longer: whoever asks starts it anew.
        live = await http.get("/healthz")
        assert live.status_code == 503
        assert live.json()["status"].startswith("hangs: ")
        measured = (await http.get("/metrics")).text
        assert 'koppla_consumer_hangs{service="sample"} 1.0' in measured
        goes_on.set()
        await until(lambda: _is_ready(http))
        assert (await http.get("/healthz")).status_code == 200
        measured = (await http.get("/metrics")).text
        assert 'koppla_consumer_hangs{service="sample"} 0.0' in measured


async def test_a_consumer_that_waits_before_it_tries_again_does_not_hang(
    sample: Sample, broker: Broker
) -> None:
    async def away(session: AsyncSession, event: Noted) -> None:
        raise ConnectionError

    consumer = sample.consumer(away)
    await broker.publish(Noted(about="a", text="later"))
    await consumer.start()
    try:
        await until(lambda: consumer._backoff._failures > 2 and consumer.in_hand.seconds == 0)
        assert not consumer.in_hand.hangs
    finally:
        await consumer.stop()


async def _is_ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/readyz")).status_code == 200


async def _unready(http: httpx.AsyncClient) -> dict[str, str] | None:
    answer = await http.get("/readyz")
    return None if answer.status_code == 200 else dict(answer.json())


@pytest.mark.on_the_engine
async def test_it_is_not_ready_while_the_broker_is_away(
    url: str, issuer: DevelopmentIssuer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with own_broker(tmp_path_factory.mktemp("kafka")) as kafka:
        settings = _settings(url, kafka.bootstrap_servers, issuer)
        service = build(settings)
        await ensure_topics(settings, (NOTES, STATES, DEAD))
        context = running(service, EVERYTHING)
        await context.__aenter__()
        assert await service.ready() == {}
    transport = httpx.ASGITransport(service.http)
    ops = {"authorization": f"Bearer {issuer.token('olle', ['ops'])}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://sample.test") as http:
        assert "broker" in (await until(lambda: _unready(http)) or {})
        status = await http.get("/v1/ops/sample/status", headers=ops)
        assert (status.status_code, status.json()["consumer_lag"]) == (200, None)
    async with asyncio.timeout(120):
        await context.__aexit__(None, None, None)


async def test_what_is_not_started_is_not_missed(service: Service, http: httpx.AsyncClient) -> None:
    assert (await http.get("/readyz")).status_code == 200
    async with running(service, ["serve"]):
        assert (await http.get("/readyz")).status_code == 200
        assert service.relay is not None
        assert not service.relay.running


class Part:
    """Writes down when it starts and stops. fails: which of the two raises."""

    def __init__(self, name: str, said: list[str], fails: str = "") -> None:
        self._name, self._said, self._fails = name, said, fails
        self.running = True

    async def start(self) -> None:
        self._said.append(f"start {self._name}")
        if self._fails == "start":
            raise OSError(self._name)

    async def stop(self) -> None:
        self._said.append(f"stop {self._name}")
        if self._fails == "stop":
            raise OSError(self._name)


def _of_parts(sample: Sample, said: list[str], **fails: str) -> Service:
    parts = {
        name: Part(name, said, fails.get(name, ""))
        for name in ("wakeup", "relay", "worker", "consumer")
    }
    return Service(
        "parts",
        new_app("Parts", None, sample.metrics),
        sample.database,
        parts["wakeup"],  # type: ignore[arg-type]
        sample.metrics,
        parts["consumer"],  # type: ignore[arg-type]
        parts["relay"],  # type: ignore[arg-type]
        [parts["worker"]],
    )


STARTED = ["start wakeup", "start relay", "start worker", "start consumer"]
STOPPED = ["stop consumer", "stop worker", "stop relay", "stop wakeup"]


async def test_parts_stop_in_the_reverse_order(sample: Sample) -> None:
    said: list[str] = []
    async with running(_of_parts(sample, said), EVERYTHING):
        assert said == STARTED
    assert said == [*STARTED, *STOPPED]


async def test_a_part_that_fails_to_stop_keeps_no_other_from_stopping(sample: Sample) -> None:
    said: list[str] = []
    async with running(_of_parts(sample, said, consumer="stop", relay="stop"), EVERYTHING):
        pass
    assert said == [*STARTED, *STOPPED]


async def test_a_part_that_fails_to_start_ends_those_before_it(sample: Sample) -> None:
    said: list[str] = []
    with pytest.raises(OSError, match="worker"):
        async with running(_of_parts(sample, said, worker="start"), EVERYTHING):
            said.append("never")
    assert said == [*STARTED[:3], *STOPPED[1:]]


def test_a_port_in_use_is_known_before_anything_starts() -> None:
    with listen("127.0.0.1", 0) as bound, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", bound.getsockname()[1])


def test_the_chassis_knows_no_service_and_no_event() -> None:  # design: import rules
    code = (
        "import pkgutil, sys, chassis\n"
        "for module in pkgutil.iter_modules(chassis.__path__):\n"
        "    __import__(f'chassis.{module.name}')\n"
        "print(*sorted(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ended.stdout.split()
    events = {name for name in loaded if name.startswith("contracts.events.")}
    assert events == {"contracts.events.event"}
    services = {"search", "linking", "notifier", "activation", "koppla"}
    assert not services & {name.partition(".")[0] for name in loaded}
