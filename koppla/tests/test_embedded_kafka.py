"""The embedded broker, with aiokafka as its client."""

import socket
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from koppla.embedded import kafka as module
from koppla.embedded import left_overs, ports
from koppla.embedded.kafka import EmbeddedKafka
from koppla.embedded.processes import NotStarted


async def test_what_is_produced_is_consumed(tmp_path: Path) -> None:
    async with EmbeddedKafka(tmp_path) as kafka:
        servers = kafka.bootstrap_servers
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        await admin.start()
        await admin.create_topics([NewTopic("t", num_partitions=3, replication_factor=1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
            for number in range(20):
                await producer.send_and_wait("t", b"%d" % number, key=b"k")
        consumer = AIOKafkaConsumer("t", bootstrap_servers=servers, auto_offset_reset="earliest")
        async with consumer:
            values = [(await consumer.getone()).value for _ in range(20)]
        assert values == [b"%d" % number for number in range(20)]
    assert not await module.answers(kafka.port)
    assert left_overs.find(tmp_path, "tansu") == []


async def test_a_port_that_is_asked_for_and_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NotStarted, match=f"^the broker can't listen on port {port}: .+$"):
            await EmbeddedKafka(tmp_path, port).__aenter__()


async def test_a_port_lost_to_another_broker_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmbeddedKafka(tmp_path / "other") as other:
        choices = iter([other.port, ports.free_port()])
        monkeypatch.setattr(module, "free_port", lambda: next(choices))
        # Found free, and taken by somebody else before the broker came to it.
        monkeypatch.setattr(module, "is_free", lambda port: True)
        async with EmbeddedKafka(tmp_path / "ours") as kafka:
            assert kafka.port != other.port
            assert await module.answers(kafka.port)
