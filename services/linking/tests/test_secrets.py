"""Link tokens and bearer tokens: in no log line, no event, no row."""

import logging

import pytest

from contracts.topics import TOPICS
from services.linking.tests.world import HTML, World


async def test_a_token_is_written_down_nowhere(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    bearer = world.user()["authorization"].removeprefix("Bearer ")
    made = await world.asked(headers={"authorization": f"Bearer {bearer}"})
    tokens = await world.mailed(made)
    token = tokens["eva"]
    await world.page(token)
    await world.page(token, HTML)
    await world.page(token[:-1], HTML)
    await world.http.post(f"/l/{token}/accept", content=b"{", headers=HTML)
    await world.accept(token)
    await world.accept(tokens["fia"])
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "asyncio"))]
    out, err = capfd.readouterr()
    logged = "\n".join([out, err, *[record.getMessage() for record in ours]])
    assert "/l/{token}/accept" in logged  # the access log is there, by route
    tables = await world.running.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    rows = [await world.running.rows(f'SELECT * FROM "{one["table_name"]}"') for one in tables]
    said = [record for topic in TOPICS for record in await world.broker.records(topic)]
    assert said
    for secret in (*tokens.values(), bearer):
        assert secret not in logged
        assert secret not in str(rows)
        assert all(secret.encode() not in (r.value or b"") for r in said)
        assert all(secret not in str(r.headers) for r in said)
