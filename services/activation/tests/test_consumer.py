"""What the consumer must never do: lose a record, stop at one, or drift from its tables."""

from typing import Any

from faststream import AckPolicy

from activation.tables import metadata
from chassis.migrations import drift
from contracts.envelope import Envelope, uuid7
from contracts.events.event import Event
from contracts.topics import (
    DIRECTORY_BUREAUS,
    DIRECTORY_CLIENTS,
    LINKING_LINKS,
    Topic,
    dead_letters,
)
from koppla.waiting import until
from services.activation.tests.bureau import (
    THEN,
    Activation,
    activation_service,
    bureau,
    client,
    ended,
    linked,
    user,
)
from tests.support.harness import Harness


def _headers(kind: str = "LinkEstablished") -> list[tuple[str, bytes]]:
    return Envelope(uuid7(), kind, "linking", THEN).headers()


async def test_the_migrated_database_has_exactly_the_tables_in_code(harness: Harness) -> None:
    owner_url, _ = await harness.database("activation")
    assert await drift(owner_url, metadata) == []


async def test_records_that_cannot_be_taken_are_dead_letters(service: Activation) -> None:
    key, good = b"b-1:100001", linked("100001")
    valid = good.model_dump_json().encode()
    bad: list[tuple[Topic, bytes, bytes | None, Any]] = [
        (LINKING_LINKS, key, b"{", _headers()),
        (LINKING_LINKS, key, b"\xff\x00", _headers()),
        (LINKING_LINKS, key, b"[]", _headers()),
        (LINKING_LINKS, key, valid.replace(b'"100001"', b'"x"'), _headers()),
        (LINKING_LINKS, key, None, _headers()),
        (LINKING_LINKS, key, valid, []),
        (DIRECTORY_CLIENTS, b"1", b"{", []),
        (DIRECTORY_CLIENTS, b"2", client("1", "A").model_dump_json().encode(), []),
        (DIRECTORY_BUREAUS, b"b-9", b'{"bureau_id": "b-9"}', []),
        (DIRECTORY_BUREAUS, b"", b"{}", []),
    ]
    for record in bad:
        await service.harness.broker.publish_raw(*record)
    await service.taken(len(bad))
    await service.publish(good)
    assert await service.listed(path="/v1/activation-list") == ["100001"]
    rows = await service.running.rows("SELECT topic, key, value, error FROM dead_letters")
    assert {(row["topic"], row["key"], row["value"]) for row in rows} == {
        (topic.name, key, value) for topic, key, value, _ in bad
    }
    assert all(row["error"] for row in rows)

    async def mirrored() -> bool:
        records = await service.harness.broker.records(dead_letters("activation"))
        return len(records) == len(bad)

    await until(mirrored, what="the dead letters on their topic")


async def test_an_event_that_fails_is_buried_and_its_neighbours_live(service: Activation) -> None:
    # No event that passes the contract fails today, so the database is made to refuse one.
    await service.running.rows(
        "ALTER TABLE linked_clients ADD CONSTRAINT poison CHECK (tenant_id <> '100002')"
    )
    await service.publish(linked("100001"), linked("100002"), linked("100003"))
    assert await service.listed(path="/v1/activation-list") == ["100001", "100003"]
    rows = await service.running.rows("SELECT error FROM dead_letters")
    assert len(rows) == 1
    assert rows[0]["error"]


async def test_unknown_types_and_fields_are_passed_over(service: Activation) -> None:
    value = linked("100001").model_dump_json().encode()
    more = value[:-1] + b', "colour": "blue"}'
    await service.harness.broker.publish_raw(
        LINKING_LINKS, b"b-1:100001", b"{}", _headers("LinkPainted")
    )
    await service.harness.broker.publish_raw(LINKING_LINKS, b"b-1:100001", more, _headers())
    await service.taken(2)
    assert await service.listed(path="/v1/activation-list") == ["100001"]
    assert await service.running.rows("SELECT 1 FROM dead_letters") == []


async def test_a_doubled_record_is_taken_once(service: Activation) -> None:
    headers, link = _headers(), linked("100001")
    for _ in range(3):
        await service.harness.broker.publish_raw(
            LINKING_LINKS, link.key().encode(), link.model_dump_json().encode(), headers
        )
    await service.taken(3)
    assert len(await service.running.rows("SELECT 1 FROM outbox")) == 1


async def test_what_was_published_while_it_was_away_is_taken(harness: Harness) -> None:
    history: list[Event] = [bureau(), link := linked("100001"), linked("2"), ended(link)]
    await harness.broker.publish(*history)
    async with activation_service(harness) as service:
        await service.taken(len(history))
        assert await service.listed(path="/v1/activation-list") == ["2"]


async def test_the_newest_record_of_a_bureau_and_client_counts(service: Activation) -> None:
    many = [user(f"u-{n}") for n in range(9_000)]
    await service.publish(
        bureau("b-1", user("anna", "bureau_admin"), *many),
        bureau("b-1", user("anna", "bureau_admin"), *many[:8_000]),
        client("1", "Gammal AB"),
        client("1", "Ny AB"),
        linked("1", name="Äldst AB"),
    )
    assert len((await service.get("/v1/consultants")).json()["items"]) == 8_001
    assert (await service.get("/v1/activation-list")).json()["items"][0]["name"] == "Ny AB"
    await service.harness.broker.publish_raw(DIRECTORY_CLIENTS, b"1", None)
    await service.taken(1)
    rows = await service.running.rows("SELECT deleted_at FROM clients WHERE tenant_id = '1'")
    assert rows[0]["deleted_at"] is not None


async def test_the_one_subscriber_starts_at_the_earliest_and_never_commits_first(
    service: Activation,
) -> None:
    consumer = service.running.service.consumer
    assert consumer is not None
    assert consumer.broker is not None
    subscriber = consumer.subscriber
    assert subscriber is not None
    assert list(consumer.broker.subscribers) == [subscriber]
    assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
    assert subscriber.consumer._enable_auto_commit is False
    assert subscriber.consumer._auto_offset_reset == "earliest"
