"""What is left when all is quiet: rows of every database, every record, every mail."""

import email
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.envelope import Envelope, EnvelopeError
from contracts.topics import SERVICES, TOPICS
from koppla.audit import check
from koppla.waiting import until
from tests.faults.world import World
from tests.support.harness import Broker

Row = dict[str, Any]
QUIET = 600.0
MAILED = {
    "LinkRequestAccepted": ("acceptor", "requester", "recipients"),
    "LinkRequestDeclined": ("requester",),
    "LinkRequestCancelled": ("recipients",),
    "LinkEnded": ("bureau_admins", "client_admins"),
}
"""Who in an event is mailed of it (design.md). Not of sendings, which a decision may overtake."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record as the judge needs it. position: its place in its partition. subject: the request's
    id, else the link's. people: user ids of all who have an address in it."""

    topic: str
    key: str
    event_id: str
    type: str
    position: tuple[int, int]
    version: int | None
    revision: int | None
    subject: str | None = None
    mailed: frozenset[str] = frozenset()


@dataclass
class Evidence:
    """outbox, inbox, letters: by service; in an inbox, how often each event is there. mails: how
    often each (recipient, message id) came. refused: addresses that the mail server refused for
    good. trail: what `koppla audit verify` finds wrong."""

    requests: list[Row] = field(default_factory=list)
    recipients: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    linked_clients: list[Row] = field(default_factory=list)
    permissions: list[Row] = field(default_factory=list)
    deliveries: list[Row] = field(default_factory=list)
    outbox: Mapping[str, list[Row]] = field(default_factory=dict)
    inbox: Mapping[str, Counter[str]] = field(default_factory=dict)
    letters: Mapping[str, list[Row]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    mails: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    trail: list[str] = field(default_factory=list)


async def until_quiet(world: World) -> None:
    """Returns when nothing is unpublished, unread or unsent, twice in a row; TimeoutError."""
    calm = 0

    async def quiet() -> bool:
        nonlocal calm
        calm = calm + 1 if not await _unfinished(world) else 0
        return calm >= 2

    try:
        await until(quiet, QUIET, every=1.0, what="everything to be quiet")
    except TimeoutError:
        raise TimeoutError(f"never quiet: {await _unfinished(world)}") from None


async def _unfinished(world: World) -> dict[str, int]:
    """What is still to be done, by what it is; empty when there is nothing."""
    left: Counter[str] = Counter()
    for service in SERVICES:
        (row,) = await world.rows(
            service,
            "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL AND parked_at IS NULL",
        )
        left[f"{service} outbox"] = row["n"]
    (row,) = await world.rows(
        "notifier", "SELECT count(*) AS n FROM deliveries WHERE status IN ('queued', 'sending')"
    )
    left["mails"] = row["n"]
    left += await lags(world)
    return {name: number for name, number in left.items() if number}


async def lags(world: World) -> Counter[str]:
    """Records that each service's group has not committed yet."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.kafka.bootstrap_servers)
    await admin.start()
    behind: Counter[str] = Counter()
    try:
        ends = await _ends(world)
        for service in SERVICES:
            committed = await admin.list_consumer_group_offsets(service)
            heard = {place.topic for place in committed}
            for place, end in ends.items():
                if place.topic in heard:
                    done = committed.get(place)
                    behind[f"{service} lag"] += end - (0 if done is None else max(done.offset, 0))
            if not heard:
                behind[f"{service} has read nothing"] = 1
    finally:
        await admin.close()
    return behind


async def _ends(world: World) -> dict[Any, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=world.kafka.bootstrap_servers)
    await consumer.start()
    try:
        places = [TopicPartition(one.name, n) for one in TOPICS for n in range(one.partitions)]
        return dict(await consumer.end_offsets(places))
    finally:
        await consumer.stop()


async def gather(world: World) -> Evidence:
    """All of it, from a system that is quiet."""

    async def table(service: str, name: str) -> list[Row]:
        return await world.rows(service, f"SELECT * FROM {name}")

    outbox, inbox, letters = {}, {}, {}
    for service in SERVICES:
        outbox[service] = await world.rows(
            service, "SELECT event_id, topic, key, published_at, parked_at FROM outbox ORDER BY id"
        )
        inbox[service] = Counter(str(row["event_id"]) for row in await table(service, "inbox"))
        letters[service] = await table(service, "dead_letters")
    return Evidence(
        requests=await table("linking", "link_requests"),
        recipients=await table("linking", "recipients"),
        links=await table("linking", "links"),
        linked_clients=await table("activation", "linked_clients"),
        permissions=await table("activation", "permissions"),
        deliveries=await table("notifier", "deliveries"),
        outbox=outbox,
        inbox=inbox,
        letters=letters,
        told=await _told(world),
        mails=_mails(world),
        refused={address.casefold() for address in world.sink.refused},
        trail=await _trail(world),
    )


async def _trail(world: World) -> list[str]:
    pages: list[dict[str, Any]] = []
    async with world.client("ops", "ops") as http:
        while not pages or pages[-1]["next_cursor"]:
            place = {"cursor": pages[-1]["next_cursor"]} if pages else {}
            answer = await http.get("/v1/ops/linking/audit-chain", params={"limit": 1000, **place})
            pages.append(answer.raise_for_status().json())
    return check(pages, {}).wrong


async def _told(world: World) -> list[Told]:
    broker = Broker(world.kafka.bootstrap_servers, {})
    found = []
    for topic in TOPICS:
        for record in await broker.records(topic):
            try:
                envelope = Envelope.of(record.headers)
                value = json.loads(record.value or b"null")
            except (EnvelopeError, ValueError, RecursionError):
                continue  # the nemesis' poison
            about = value if isinstance(value, dict) else {}
            found.append(
                Told(
                    topic.name,
                    (record.key or b"").decode(errors="replace"),
                    str(envelope.id),
                    envelope.type,
                    (record.partition, record.offset),
                    about.get("version"),
                    about.get("revision"),
                    about.get("request_id") or about.get("link_id"),
                    _mailed(envelope.type, about),
                )
            )
    return found


def _mailed(kind: str, about: dict[str, Any]) -> frozenset[str]:
    named: list[Any] = []
    for field_name in MAILED.get(kind, ()):
        value = about.get(field_name) or []
        named += value if isinstance(value, list) else [value]
    return frozenset(str(one["user_id"]) for one in named)


def _mails(world: World) -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    parse = email.message_from_bytes
    for mail in world.sink.received:
        counted[mail.recipient.casefold(), str(parse(mail.content)["Message-ID"])] += 1
    return counted
