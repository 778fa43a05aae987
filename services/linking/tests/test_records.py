"""Records of the directory: whose eligibility changes, bad records, the schema, the subscriber."""

from faststream import AckPolicy

from chassis.migrations import drift
from contracts.envelope import uuid7
from contracts.events.directory import BureauRecord, ClientRecord
from contracts.events.linking import BureauEligibility
from contracts.topics import NOTIFIER_DELIVERIES, dead_letters
from koppla.waiting import until
from linking.tables import metadata
from services.linking.tests.world import ADA, BUREAUS, NORD, World, bureau
from tests.support.harness import Harness

GROUPS = ["Deloitte", "KPMG", "PwC", "GT", "LRFK", "BDO", "EY", "Masars", "Riksteatern"]


async def test_migrations_make_what_the_tables_say(harness: Harness) -> None:
    owner_url, _ = await harness.database("linking")
    assert await drift(owner_url, metadata) == []


async def test_the_nine_groups_are_seeded_as_data(world: World) -> None:  # R12
    rows = await world.running.rows("SELECT kind, value FROM exclusion_rules")
    found = {(row["kind"], row["value"]) for row in rows}
    assert found == {("group", name) for name in GROUPS} | {("multi_company_setup", "true")}


async def told(world: World, bureau_id: str, version: int) -> BureauEligibility:
    """What is published of a bureau at a version."""

    async def said() -> BureauEligibility | None:
        events = await world.broker.events(BureauEligibility)
        return next((e for e in events if (e.bureau_id, e.version) == (bureau_id, version)), None)

    event = await until(said)
    assert event is not None
    return event


async def test_each_groups_bureau_is_excluded_beside_a_control(world: World) -> None:  # R12
    groups = [*GROUPS, "  kpmg ", "PWC"]
    for number, group in enumerate(groups):
        await world.directory(bureau(f"b-{number}", f"Nummer {number}", ADA, group=group))
        event = await told(world, f"b-{number}", 1)
        assert (event.eligible, event.reason) == (False, "BUREAU_EXCLUDED"), group
        answer = await world.ask(headers=world.user("ada", f"b-{number}"))
        assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED"), group
    assert (await told(world, "nord", 1)).eligible
    assert (await world.ask()).status_code == 201


async def test_eligibility_is_published_when_it_changes_and_only_then(world: World) -> None:  # R11
    await world.directory(bureau("nord", "Annat namn", ADA))
    await world.directory(bureau("nord", "Flerbolag", ADA, multi_company_setup=True))
    assert not (await told(world, "nord", 2)).eligible
    await world.directory(bureau("nord", "Åter som förr", ADA))
    assert (await told(world, "nord", 3)).eligible
    await world.broker.publish_raw(BureauRecord.topic, b"nord", None)
    deleted = await told(world, "nord", 4)
    assert (deleted.eligible, deleted.reason) == (False, "BUREAU_DELETED")
    answer = await world.ask()
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    await world.broker.publish(NORD)
    assert (await told(world, "nord", 5)).eligible
    assert (await world.ask()).status_code == 201


async def test_a_directory_published_again_says_nothing_new(world: World) -> None:
    await world.broker.publish(*BUREAUS, bureau("last", "Sist", ADA))
    await told(world, "last", 1)
    assert await world.outbox("BureauEligibility") == len(BUREAUS) + 1


async def test_bad_records_become_dead_letters_and_the_partition_moves_on(world: World) -> None:
    publish = world.broker.publish_raw
    about = [
        ("ce_specversion", b"1.0"),
        ("ce_source", b"notifier"),
        ("ce_time", b"2026-01-01T00:00:00Z"),
    ]

    def headers(kind: bytes = b"MailSent") -> list[tuple[str, bytes]]:
        return [*about, ("ce_type", kind), ("ce_id", str(uuid7()).encode())]

    await publish(ClientRecord.topic, b"7", b"{broken")
    await publish(ClientRecord.topic, b"7", b'{"tenant_id": "7"}')
    await publish(ClientRecord.topic, b"7", NORD.model_dump_json().encode())
    await publish(BureauRecord.topic, b"", NORD.model_dump_json().encode())
    await publish(BureauRecord.topic, b"other", NORD.model_dump_json().encode())
    await publish(NOTIFIER_DELIVERIES, b"7", b"{}")  # without headers
    await publish(NOTIFIER_DELIVERIES, b"7", b"{broken", headers())
    await publish(NOTIFIER_DELIVERIES, b"7", b'{"mail": 1}', headers())
    await publish(NOTIFIER_DELIVERIES, b"7", None, headers())  # a tombstone among events
    await publish(NOTIFIER_DELIVERIES, b"7", b"{}", headers(b"MailBounced"))  # skipped, not dead
    await world.broker.publish(
        ClientRecord(tenant_id="7", org_number="556036-0793", name="Efter", city="")
    )
    await until(lambda: world.running.rows("SELECT 1 FROM clients WHERE tenant_id = '7'"))

    async def buried() -> bool:
        rows = await world.running.rows("SELECT topic FROM dead_letters")
        return len(rows) == 9 == len(await world.broker.records(dead_letters("linking")))

    await until(buried)
    assert (await world.ask()).status_code == 201


async def test_the_subscriber_loses_nothing_by_its_settings(world: World) -> None:
    consumer = world.running.service.consumer
    assert consumer is not None
    subscriber = consumer.subscriber
    assert subscriber is not None
    assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
    assert subscriber.consumer is not None
    assert subscriber.consumer._enable_auto_commit is False
    assert subscriber.consumer._auto_offset_reset == "earliest"
