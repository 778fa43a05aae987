"""`koppla dead-letters` against a running system: listed, shown, retried, discarded."""

import json
from pathlib import Path
from typing import Any

from contracts.envelope import uuid7
from contracts.topics import DIRECTORY_CLIENTS, LINKING_LINKS
from koppla.waiting import until
from tests.support.harness import Broker
from tests.support.platform import Platform, koppla


async def _listed(data: Path, *options: str) -> list[dict[str, Any]]:
    code, out, err = await koppla("dead-letters", "list", "--data", data, "--json", *options)
    assert code == 0, err
    return list(json.loads(out)["items"])


async def _letters(data: Path, number: int, *options: str) -> list[dict[str, Any]]:
    async def enough() -> Any:
        items = await _listed(data, *options)
        return items if len(items) >= number else None

    return list(await until(enough, 60, every=0.2, what=f"{number} dead letters"))


async def test_an_operator_sees_and_settles_dead_letters(
    tmp_path: Path, kafka_options: tuple[str, ...]
) -> None:
    platform = Platform(tmp_path, *kafka_options)
    await platform.start()
    try:
        broker = Broker(platform.run_json()["kafka"], {})
        async with broker.producer() as producer:
            # Three services listen to the directory's clients, two to links.
            await producer.send_and_wait(DIRECTORY_CLIENTS.name, key=b"1", value=b'{"name": "A"}')
            await producer.send_and_wait(LINKING_LINKS.name, key=b"b-1:1", value=b"{")
        await _letters(tmp_path, 5)
        [item] = await _letters(tmp_path, 1, "--service", "search")
        assert (item["service"], item["topic"], item["key"]) == (
            "search",
            "directory.clients.v1",
            "1",
        )
        data = ("--data", tmp_path)
        code, out, _ = await koppla("dead-letters", "show", item["id"], *data)
        assert code == 0
        assert 'value: {"name": "A"}' in out
        code, out, _ = await koppla("dead-letters", "retry", item["id"], *data, "--json")
        assert (code, json.loads(out)["attempts"]) == (1, 2)
        code, _, err = await koppla("dead-letters", "discard", item["id"], *data)
        assert (code, "--reason" in err) == (2, True)
        code, out, _ = await koppla(
            *("dead-letters", "discard", item["id"], *data, "--reason", "Provdata", "--json")
        )
        assert (code, json.loads(out)["status"]) == (0, "discarded")
        assert await _listed(tmp_path, "--service", "search") == []
        assert len(await _listed(tmp_path, "--service", "search", "--status", "all")) == 1
        code, _, err = await koppla("dead-letters", "show", str(uuid7()), *data)
        assert (code, len(err.strip().splitlines())) == (2, 1)
        code, out, _ = await koppla("dead-letters", "list", *data)
        assert code == 0
        assert "linking.links.v1" in out
    finally:
        await platform.stop()
