"""Records that are not what they should be; the schema; how the subscriber reads."""

from faststream import AckPolicy

from chassis.migrations import drift
from contracts.events.directory import ClientRecord
from koppla.waiting import until
from search.app import build
from search.settings import SearchSettings
from search.tables import metadata
from tests.support.harness import Harness, Running


async def test_migrations_make_what_the_tables_say(harness: Harness) -> None:
    owner_url, _ = await harness.database("search")
    assert await drift(owner_url, metadata) == []


async def test_bad_records_become_dead_letters_and_the_partition_moves_on(
    harness: Harness, search: Running
) -> None:
    topic = ClientRecord.topic
    await harness.broker.publish_raw(topic, b"1", b"{broken")
    await harness.broker.publish_raw(topic, b"1", b'{"tenant_id": "1"}')
    await harness.broker.publish_raw(topic, b"", b"{}")
    await harness.broker.publish(
        ClientRecord(tenant_id="1", org_number="556036-0793", name="Efter", city="")
    )
    await until(lambda: search.rows("SELECT 1 FROM clients WHERE tenant_id = '1'"))
    letters = await search.rows("SELECT error FROM dead_letters ORDER BY created_at")
    assert len(letters) == 3

    async def mirrored() -> bool:
        from contracts.topics import dead_letters

        return len(await harness.broker.records(dead_letters("search"))) == 3

    await until(mirrored)


async def test_the_subscriber_loses_nothing_by_its_settings(harness: Harness) -> None:
    async with harness.running("search", SearchSettings, build) as running:
        consumer = running.service.consumer
        assert consumer is not None
        subscriber = consumer.subscriber
        assert subscriber is not None
        assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        assert subscriber.consumer is not None
        assert subscriber.consumer._enable_auto_commit is False
        assert subscriber.consumer._auto_offset_reset == "earliest"


async def test_a_resting_consumer_takes_records_when_it_is_called(harness: Harness) -> None:
    client = ClientRecord(tenant_id="1", org_number="556036-0793", name="Efter", city="")
    resting = {"consumer_rest_ms": 60_000, "consumer_fetch_wait_ms": 20}
    async with harness.running("search", SearchSettings, build, **resting) as running:
        consumer = running.service.consumer
        assert consumer is not None

        async def rests() -> bool:
            assert consumer.subscriber is not None
            assert consumer.subscriber.consumer is not None
            return bool(consumer.subscriber.consumer.paused())

        await until(rests)
        await harness.broker.publish(client)
        consumer.call()
        await until(lambda: running.rows("SELECT 1 FROM clients WHERE tenant_id = '1'"), 30)


async def test_a_resting_consumer_looks_by_itself_now_and_then(harness: Harness) -> None:
    client = ClientRecord(tenant_id="1", org_number="556036-0793", name="Efter", city="")
    resting = {"consumer_rest_ms": 50, "consumer_fetch_wait_ms": 20}
    async with harness.running("search", SearchSettings, build, **resting) as running:
        await harness.broker.publish(client)
        await until(lambda: running.rows("SELECT 1 FROM clients WHERE tenant_id = '1'"))
