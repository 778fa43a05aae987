"""Dead letters over HTTP: seen, retried, discarded, counted; nobody's secrets in them."""

import json
from typing import Any

import httpx

from contracts.envelope import Envelope, uuid7
from contracts.topics import DIRECTORY_CLIENTS, LINKING_LINKS
from koppla.waiting import until
from services.activation.tests.bureau import THEN, Activation, client, ended, linked
from tests.support.harness import Broker

PATH = "/v1/ops/activation/dead-letters"
TOKEN = "E" + "x" * 110
"""As long as a link's token."""


class Ops:
    """What an operator does."""

    def __init__(self, service: Activation) -> None:
        self._http = service.running.http
        self._headers = service.harness.bearer("olle", "ops")

    async def get(self, path: str = PATH, **query: Any) -> httpx.Response:
        return await self._http.get(path, headers=self._headers, params=query)

    async def items(self, **query: Any) -> list[dict[str, Any]]:
        return list((await self.get(**query)).json()["items"])

    async def post(self, letter: str, act: str, body: Any = None) -> httpx.Response:
        path = f"{PATH}/{letter}/{act}"
        return await self._http.post(path, headers=self._headers, json=body)


async def _poison(service: Activation) -> None:
    """Makes the database refuse a client: no event that passes the contract fails today."""
    await service.running.rows(
        "ALTER TABLE linked_clients ADD CONSTRAINT poison CHECK (tenant_id <> '100002')"
    )


async def _mend(service: Activation) -> None:
    await service.running.rows("ALTER TABLE linked_clients DROP CONSTRAINT poison")


async def test_a_mended_record_really_takes_effect(service: Activation) -> None:
    await _poison(service)
    await service.publish(linked("100001"), linked("100002", name="Öst AB"))
    ops = Ops(service)
    [item] = await ops.items()
    assert (item["topic"], item["key"], item["type"]) == (
        LINKING_LINKS.name,
        "b-1:100002",
        "LinkEstablished",
    )
    again = (await ops.post(item["id"], "retry")).json()
    assert (again["status"], again["attempts"]) == ("open", 2)
    assert "poison" in again["error"]
    await _mend(service)
    answer = await ops.post(item["id"], "retry", {"reason": "Begränsningen borttagen"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "retried"
    assert [(act["outcome"], act["by"]) for act in answer.json()["acts"]] == [
        ("failed", "olle"),
        ("retried", "olle"),
    ]
    assert await service.listed(path="/v1/activation-list") == ["100001", "100002"]
    assert await ops.items() == []
    assert [it["id"] for it in await ops.items(status="retried")] == [item["id"]]


async def test_an_end_that_overtook_its_beginning_is_not_undone_by_the_retry(
    service: Activation,
) -> None:
    await _poison(service)
    link = linked("100002")
    await service.publish(link)
    await _mend(service)
    await service.publish(ended(link))
    ops = Ops(service)
    [item] = await ops.items()
    assert (await ops.post(item["id"], "retry")).json()["status"] == "retried"
    assert await service.listed(path="/v1/activation-list") == []
    rows = await service.running.rows("SELECT status, version FROM linked_clients")
    assert rows == [{"status": "ended", "version": link.version + 1}]


async def test_a_newer_record_of_the_directory_is_never_overwritten(service: Activation) -> None:
    await service.harness.broker.publish_raw(DIRECTORY_CLIENTS, b"1", b'{"tenant_id": "1"}')
    await service.taken(1)
    ops = Ops(service)
    [item] = await ops.items(topic=DIRECTORY_CLIENTS.name)
    await service.publish(client("1", "Ny AB"))
    assert await ops.items() == []
    assert (await ops.post(item["id"], "retry")).json()["status"] == "superseded"
    rows = await service.running.rows("SELECT name FROM clients WHERE tenant_id = '1'")
    assert rows == [{"name": "Ny AB"}]


async def test_a_letter_shows_its_record_and_nobodys_secrets(service: Activation) -> None:
    envelope = Envelope(uuid7(), "LinkEstablished", "linking", THEN)
    value = json.dumps({"tenant_id": "1", "n": "19900101-9802", "l": f"https://k/l/{TOKEN}"})
    headers = [*envelope.headers(), ("x-number", b"900101-9802")]
    await service.harness.broker.publish_raw(LINKING_LINKS, b"b-1:1", value.encode(), headers)
    await service.taken(1)
    ops = Ops(service)
    [item] = await ops.items()
    answer = await ops.get(f"{PATH}/{item['id']}")
    letter = answer.json()
    assert letter["event_id"] == str(envelope.id)
    assert ["ce_type", "LinkEstablished"] in letter["headers"]
    assert json.loads(letter["value"]) == {
        "tenant_id": "1",
        "n": "900101-****",
        "l": "https://k/l/...",
    }
    assert letter["value_bytes"] == len(value)
    assert (letter["partition"], letter["offset"]) == (item["partition"], 0)
    assert "9802" not in answer.text
    assert TOKEN not in answer.text


async def test_a_record_that_is_no_text_is_shown_all_the_same(service: Activation) -> None:
    await service.harness.broker.publish_raw(
        LINKING_LINKS, b"\xff\x00", b"\xff\x00", [("ce_id", b"\xfe")]
    )
    await service.taken(1)
    ops = Ops(service)
    [item] = await ops.items()
    letter = (await ops.get(f"{PATH}/{item['id']}")).json()
    assert (letter["value"], letter["value_bytes"]) == ("\N{REPLACEMENT CHARACTER}\0", 2)
    assert letter["headers"] == [["ce_id", {"base64": "/g=="}]]
    discarded = await ops.post(item["id"], "discard", {"reason": "Skräp"})
    assert (discarded.json()["status"], discarded.json()["reason"]) == ("discarded", "Skräp")


async def test_the_list_is_paged_and_wrong_questions_are_refused(service: Activation) -> None:
    for _ in range(5):
        headers = Envelope(uuid7(), "LinkEstablished", "linking", THEN).headers()
        await service.harness.broker.publish_raw(LINKING_LINKS, b"b-1:1", b"{", headers)
    await service.taken(5)
    ops = Ops(service)
    offsets: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await ops.get(limit=2, **cursor)).json()
        offsets += [item["offset"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert offsets == [4, 3, 2, 1, 0]
    for wrong in ({"cursor": "x"}, {"cursor": "9" * 30}, {"status": "lost"}, {"limit": 0}):
        assert (await ops.get(**wrong)).json()["code"] == "INVALID_INPUT", wrong
    letter = (await ops.items())[0]["id"]
    assert (await ops.post(letter, "discard", {})).json()["code"] == "INVALID_INPUT"
    assert (await ops.post(letter, "discard", {"reason": " "})).json()["code"] == "INVALID_INPUT"
    refused = await ops.post(letter, "retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "OLDER_LETTER_OPEN")
    for nobody in ("x", str(uuid7())):
        assert (await ops.post(nobody, "retry")).status_code == 404


async def test_unsettled_letters_are_counted_by_topic(service: Activation) -> None:
    ops = Ops(service)
    labels = 'service="activation",status="open",topic="linking.links.v1"'
    assert labels not in (await ops.get("/metrics")).text
    broker: Broker = service.harness.broker
    await broker.publish_raw(LINKING_LINKS, b"b-1:1", b"{")
    await broker.publish_raw(LINKING_LINKS, b"b-1:2", b"{")
    await service.taken(2)
    assert f"koppla_dead_letters{{{labels}}} 2.0" in (await ops.get("/metrics")).text
    for item in await ops.items():
        await ops.post(item["id"], "discard", {"reason": "Skräp"})
    await until(lambda: _is_uncounted(ops, labels))


async def _is_uncounted(ops: Ops, labels: str) -> bool:
    return labels not in (await ops.get("/metrics")).text
