"""Links as the broker tells of them: doubled, overtaken, replayed, ended, begun again."""

import itertools
import json
from uuid import UUID

from contracts.events.activation import ClientDelisted, ClientListed
from contracts.events.event import Event
from koppla.waiting import until
from services.activation.tests.bureau import (
    READ_BOOKS,
    Activation,
    ended,
    linked,
    refused,
)

LIST = "/v1/activation-list"


async def _said(service: Activation) -> list[tuple[str, str, int]]:
    """Everything that was put out for the pair: its type, link and revision."""
    rows = await service.running.rows(
        "SELECT type, convert_from(value, 'UTF8')::jsonb AS value FROM outbox ORDER BY id"
    )
    values = [(row["type"], json.loads(row["value"])) for row in rows]
    return [(kind, value["link_id"], value["revision"]) for kind, value in values]


async def test_an_ended_link_is_on_no_list(service: Activation) -> None:
    link = linked("100001")
    await service.publish(link)
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.publish(ended(link))
    assert await service.listed() == []
    assert await service.listed(path=LIST) == []
    for path in ("/v1/clients/100001", "/v1/clients/100001/consultants"):
        refused(await service.get(path), 404, "CLIENT_NOT_FOUND")
    refused(await service.post(f"{LIST}/100001/activate"), 409, "NOT_LINKED")
    (said,) = await until(lambda: service.harness.broker.events(ClientDelisted))
    assert (said.version, said.revision, said.link_id) == (link.version + 1, 3, link.link_id)


async def test_a_link_that_ends_unactivated_leaves_the_activation_list(
    service: Activation,
) -> None:  # R36
    link = linked("100001")
    await service.publish(link, ended(link))
    assert await service.listed(path=LIST) == []
    assert [kind for kind, *_ in await _said(service)] == ["ClientListed", "ClientDelisted"]


async def test_an_end_that_comes_first_holds(service: Activation) -> None:  # R36
    link = linked("100001")
    await service.publish(ended(link))
    await service.publish(link)
    assert await service.listed(path=LIST) == []
    assert await _said(service) == []
    rows = await service.running.rows("SELECT status, version FROM linked_clients")
    assert rows == [{"status": "ended", "version": link.version + 1}]


async def test_a_later_link_starts_without_activation_and_grants(service: Activation) -> None:
    link, later = linked("100001"), linked("100001", version=5)
    await service.publish(link)
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.publish(ended(link), later)
    assert await service.listed() == []
    assert await service.listed(path=LIST) == ["100001"]
    refused(await service.sign_in("bo"), 403, "NO_PERMISSION")
    await service.activate("100001")
    refused(await service.sign_in("bo"), 403, "NO_PERMISSION")


async def test_a_later_link_that_overtakes_the_end_of_the_first(service: Activation) -> None:
    link, later = linked("100001"), linked("100001", version=5)
    await service.publish(link)
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.publish(later, ended(link))
    refused(await service.sign_in("bo"), 403, "NO_PERMISSION")
    assert await service.listed(path=LIST) == ["100001"]
    assert await _said(service) == [
        ("ClientListed", str(link.link_id), 1),
        ("ClientActivated", str(link.link_id), 2),
        ("ClientDelisted", str(link.link_id), 3),
        ("ClientListed", str(later.link_id), 4),
    ]


async def test_a_replay_changes_nothing(service: Activation) -> None:
    link, later = linked("100001"), linked("100001", version=5)
    history = [link, ended(link), later]
    await service.publish(*history)
    await service.activate("100001", {"bo": [READ_BOOKS]})
    said = await _said(service)
    # With new event ids, as if the inbox had forgotten them all.
    await service.publish(*history, *history)
    assert await _said(service) == said
    assert await service.listed("bo") == ["100001"]
    assert (await service.sign_in("bo")).status_code == 200


async def test_every_order_ends_alike(service: Activation) -> None:
    events: list[Event] = []
    last: dict[str, UUID] = {}
    for number, order in enumerate(itertools.permutations(range(4))):
        link, later = linked(str(number)), linked(str(number), version=5)
        history = [link, ended(link), later, ended(later)]
        events += [history[place] for place in order]
        last[str(number)] = later.link_id
    await service.publish(*events)
    assert await service.listed(path=LIST) == []
    rows = await service.running.rows("SELECT * FROM linked_clients")
    assert {row["tenant_id"]: row["link_id"] for row in rows} == last
    assert {(row["status"], row["version"]) for row in rows} == {("ended", 6)}
    told = await service.running.rows(
        "SELECT key, count(*) FILTER (WHERE type = 'ClientListed')"
        " = count(*) FILTER (WHERE type = 'ClientDelisted') AS even FROM outbox GROUP BY key"
    )
    assert told
    assert all(row["even"] for row in told)


async def test_pairs_do_not_touch_each_other(service: Activation) -> None:  # R43 R45
    one, other = linked("100001"), linked("100001", bureau_id="b-2", version=8)
    await service.publish(one, other)
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.publish(ended(other))
    assert (await service.sign_in("bo")).status_code == 200


async def test_events_reach_the_topic_under_the_pairs_key(service: Activation) -> None:
    await service.publish(linked("100001"))
    await until(lambda: service.harness.broker.events(ClientListed))
    (record,) = await service.harness.broker.records(ClientListed.topic)
    assert record.key == b"b-1:100001"
