"""What is seen of processes from outside: readiness, and consumers' lag as the broker knows it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from chassis.app import HttpServer, Service, listen
from chassis.settings import SettingError, load
from koppla import demo_data
from koppla.directory_publisher import KINDS, publish
from koppla.embedded.ports import free_port
from koppla.lookout import Lag, LookoutSettings, Readiness, settled
from koppla.waiting import until
from tests.support.harness import Broker


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield client


async def test_what_is_not_ready_is_named_by_process_and_part(
    http: httpx.AsyncClient, described: list[Service]
) -> None:
    bound = listen("127.0.0.1", 0)
    server = HttpServer(described[0].http, bound)
    await server.start()
    try:
        there = f"http://127.0.0.1:{bound.getsockname()[1]}"
        gone = f"http://127.0.0.1:{free_port()}"
        wrong = await Readiness(http, {"search": there, "linking": gone}).not_ready()
    finally:
        await server.stop()
    assert wrong.keys() == {"search.database", "linking"}
    assert wrong["linking"] == "ConnectError"


def behind(metrics: bytes) -> dict[tuple[str, str], int]:
    found = re.findall(
        r'^koppla_consumer_lag{service="(.+)",topic="(.+)"} (\d+)\.0$', metrics.decode(), re.M
    )
    return {(service, topic): int(number) for service, topic, number in found}


@pytest.mark.on_apache_kafka
async def test_a_service_that_took_nothing_is_behind_by_all(
    broker: Broker, described: list[Service]
) -> None:
    clients, _ = demo_data.generate(30, 1, 1)
    records = [KINDS["clients"].model_validate(one) for one in clients]
    changes = [(one.key(), one.model_dump_json()) for one in records]
    settings = load(LookoutSettings, **broker.settings)
    await publish(settings, "clients", changes)
    lag = Lag(settings, described)

    async def told() -> dict[tuple[str, str], int]:
        # A broker that never had a group first makes a place for what groups took.
        return behind(await lag.measured())

    try:
        known = await until(told, every=0.5, what="the lag")
    finally:
        await lag.close()
    assert {service for (service, _), number in known.items() if number == 30} == {
        *("search", "linking", "activation")
    }
    assert known["notifier", "linking.requests.v1"] == 0
    with pytest.raises(TimeoutError, match="in vain for consumers to take in"):
        await settled(load(LookoutSettings, kafka=broker.bootstrap_servers), 5)


@pytest.mark.on_apache_kafka
async def test_a_service_that_took_in_all_there_is_has_settled(broker: Broker) -> None:
    await settled(load(LookoutSettings, kafka=broker.bootstrap_servers), 60)


async def test_a_lag_that_the_broker_does_not_tell_is_unknown(described: list[Service]) -> None:
    lag = Lag(load(LookoutSettings, kafka=f"127.0.0.1:{free_port()}"), described)
    metrics = await lag.measured()
    assert behind(metrics) == {}
    assert b"koppla_consumer_lag_known 0.0" in metrics


def test_processes_are_names_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOPPLA_KAFKA", "a:1")
    monkeypatch.setenv("KOPPLA_PROCESSES", "search=http://a:1/, linking=http://b:2")
    assert load(LookoutSettings).processes == {"search": "http://a:1", "linking": "http://b:2"}
    monkeypatch.setenv("KOPPLA_PROCESSES", "a:1")
    with pytest.raises(SettingError, match=r"^KOPPLA_PROCESSES: must be NAME=URL"):
        load(LookoutSettings)
