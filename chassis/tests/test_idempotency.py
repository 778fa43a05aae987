"""Idempotency keys: the same POST twice is done once."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi.responses import JSONResponse

from chassis.idempotency import IdempotencyKeys
from chassis.problems import Refused
from contracts.problem_codes import Code
from koppla.waiting import until
from tests.support.sample import Sample, chassis

KEYS = IdempotencyKeys(chassis.idempotency_keys)


class Work:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.done = 0
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> JSONResponse:
        self.done += 1
        self.begun.set()
        number = self.done
        await self.may_end.wait()
        return JSONResponse({"number": number, "å": None}, 201, {"Location": f"/things/{number}"})


async def _post(
    sample: Sample,
    work: Callable[[], Awaitable[JSONResponse]],
    *,
    scope: str = "anna POST /things",
    key: str | None = "k",
    body: str = "{}",
) -> tuple[int, Any, str | None]:
    async with sample.database.transaction() as session:
        answer = await KEYS.once(session, scope, key, body, work)
    return answer.status_code, json.loads(bytes(answer.body)), answer.headers.get("location")


FIRST = (201, {"number": 1, "å": None}, "/things/1")


async def test_the_same_post_is_done_once_and_answered_alike(sample: Sample) -> None:
    work = Work()
    assert [await _post(sample, work) for _ in range(3)] == [FIRST] * 3
    assert work.done == 1


async def test_a_twin_in_flight_waits_for_the_first(sample: Sample) -> None:
    work = Work()
    work.may_end.clear()
    first = asyncio.create_task(_post(sample, work))
    await work.begun.wait()
    twin = asyncio.create_task(_post(sample, work))
    await _someone_waits(sample)
    work.may_end.set()
    assert await asyncio.gather(first, twin) == [FIRST, FIRST]
    assert work.done == 1


async def _someone_waits(sample: Sample) -> None:
    waits = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    await until(lambda: sample.column(waits))


async def test_a_twin_of_work_that_failed_does_it_itself(sample: Sample) -> None:
    begun, may_fail, work = asyncio.Event(), asyncio.Event(), Work()

    async def failing() -> JSONResponse:
        begun.set()
        await may_fail.wait()
        raise Refused(Code.DUPLICATE_REQUEST)

    first = asyncio.create_task(_post(sample, failing))
    await begun.wait()
    twin = asyncio.create_task(_post(sample, work))
    await _someone_waits(sample)
    may_fail.set()
    with pytest.raises(Refused):
        await first
    assert await twin == FIRST


async def test_an_answer_that_is_no_success_is_not_kept(sample: Sample) -> None:
    async def refusing() -> JSONResponse:
        return JSONResponse({}, 409)

    assert (await _post(sample, refusing))[0] == 409
    assert await _post(sample, Work()) == FIRST


async def test_twenty_at_once_are_done_once(sample: Sample) -> None:
    work = Work()
    answers = await asyncio.gather(*(_post(sample, work) for _ in range(20)))
    assert answers == [FIRST] * 20
    assert work.done == 1


async def test_the_same_key_with_another_body_is_refused(sample: Sample) -> None:
    work = Work()
    await _post(sample, work)
    with pytest.raises(Refused) as refused:
        await _post(sample, work, body='{"other": 1}')
    assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED
    assert work.done == 1


async def test_another_callers_key_is_another_key(sample: Sample) -> None:
    work = Work()
    await _post(sample, work)
    assert (await _post(sample, work, scope="bo POST /things", body="[]"))[1]["number"] == 2


async def test_a_key_is_forgotten_after_24_hours(sample: Sample) -> None:
    work = Work()
    await _post(sample, work)
    aged = "UPDATE idempotency_keys SET created_at = clock_timestamp() - interval '{}'"
    await sample.rows(aged.format("23 hours 59 minutes"))
    await _post(sample, work)
    assert work.done == 1
    await sample.rows(aged.format("24 hours 1 minute"))
    assert (await _post(sample, work, body="[]"))[2] == "/things/2"
    assert (await _post(sample, work, body="[]"))[2] == "/things/2"


async def test_without_a_key_the_work_is_done_each_time(sample: Sample) -> None:
    work = Work()
    for _ in range(2):
        await _post(sample, work, key=None)
    assert work.done == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "å", "x" * 201, "a\x00"])
async def test_a_key_that_is_none_is_refused(sample: Sample, key: str) -> None:
    with pytest.raises(Refused) as refused:
        await _post(sample, Work(), key=key)
    assert refused.value.more["errors"][0]["field"] == "Idempotency-Key"
