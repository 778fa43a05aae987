"""A lease in a row: one holder, and a token that grows with each change of hands."""

from datetime import timedelta

from chassis.lease import Lease
from tests.support.sample import Sample, chassis

TERM = timedelta(seconds=10)
OVER = "UPDATE relay_lease SET until = clock_timestamp() - interval '1 ms'"


def _lease(holder: str) -> Lease:
    return Lease(chassis.relay_lease, "work", holder, TERM)


async def _hold(sample: Sample, lease: Lease) -> int | None:
    async with sample.database.connection() as connection:
        return lease.token if await lease.hold(connection) else None


async def test_a_holder_keeps_its_token_and_keeps_others_out(sample: Sample) -> None:
    one, other = _lease("one"), _lease("other")
    assert [await _hold(sample, one) for _ in range(2)] == [1, 1]
    assert await _hold(sample, other) is None
    assert await sample.column("SELECT holder FROM relay_lease") == ["one"]


async def test_the_token_grows_when_a_lease_changes_hands(sample: Sample) -> None:
    one, other = _lease("one"), _lease("other")
    await _hold(sample, one)
    await sample.rows(OVER)
    assert await _hold(sample, other) == 2
    assert await _hold(sample, one) is None
    await sample.rows(OVER)
    assert await _hold(sample, one) == 3


async def test_a_holder_that_comes_back_too_late_gets_a_new_token(sample: Sample) -> None:
    one = _lease("one")
    await _hold(sample, one)
    await sample.rows(OVER)
    assert await _hold(sample, one) == 2


async def test_a_lease_given_back_is_free_at_once(sample: Sample) -> None:
    one, other = _lease("one"), _lease("other")
    await _hold(sample, one)
    async with sample.database.connection() as connection:
        await one.release(connection)
    assert await _hold(sample, other) == 2
    # Who gave it back too late takes nothing from the new holder.
    one.token = 1
    async with sample.database.connection() as connection:
        await one.release(connection)
    assert await _hold(sample, other) == 2
