"""Retention: what is too old goes, what is not stays, however many replicas look."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.retention import Purger, Rule, chassis_rules, older
from chassis.telemetry import Metrics
from tests.support.harness import Harness


@pytest.fixture
async def database(harness: Harness) -> AsyncIterator[Database]:
    """The search service's, as its runtime role sees it: the chassis's tables are in it."""
    _, runtime = await harness.database("search")
    database = Database(runtime)
    yield database
    await database.close()


async def kept(database: Database, question: str) -> list[object]:
    async with database.connection() as connection:
        return list((await connection.execute(text(question))).scalars())


OLD_AND_NEW = """
    INSERT INTO inbox (consumer, event_id, received_at) SELECT 'c', gen_random_uuid(), at FROM at;
    INSERT INTO idempotency_keys (scope, key, body_digest, created_at)
        SELECT 's', at::text, '', at FROM at;
    INSERT INTO outbox (event_id, topic, type, headers, published_at)
        SELECT gen_random_uuid(), 't', 'T', CAST('[]' AS jsonb), at FROM at
        UNION ALL SELECT gen_random_uuid(), 't', 'unpublished', CAST('[]' AS jsonb), NULL;
    INSERT INTO dead_letters
        (id, consumer, topic, partition, "offset", headers, digest, error, status, settled_at)
        SELECT gen_random_uuid(), 'c', 't', 0, 0, CAST('[]' AS jsonb), at::text, 'e',
            'discarded', at FROM at
        UNION ALL SELECT gen_random_uuid(), 'c', 't', 0, 0, CAST('[]' AS jsonb), 'open', 'e',
            'open', NULL
"""


async def fill(database: Database, *ages: str) -> None:
    """A row of each age in each of the chassis's tables, and one of each that is not done with."""
    moments = " UNION ALL ".join(
        f"SELECT clock_timestamp() - interval '{age}' AS at" for age in ages
    )
    async with database.connection() as connection:
        for statement in OLD_AND_NEW.split(";"):
            await connection.execute(text(f"WITH at AS ({moments}) {statement}"))


def purger(database: Database, *rules: Rule) -> Purger:
    return Purger(database, rules, 3600, Metrics("search"))


AGES = [
    ("inbox", "45 days"),
    ("idempotency_keys", "24 hours"),
    ("dead_letters", "30 days"),
    ("outbox", "7 days"),
]


@pytest.mark.parametrize(("table", "age"), AGES)
async def test_each_table_keeps_its_rows_so_long_and_no_longer(
    database: Database, table: str, age: str
) -> None:
    await fill(database, f"{age} 1 minute", f"{age} -1 minute", "0 seconds")
    before = len(await kept(database, f"SELECT 1 FROM {table}"))
    [rule] = [one for one in chassis_rules(outbox=True) if one.name == table]
    assert await purger(database, rule).purge() == {table: 1}
    assert len(await kept(database, f"SELECT 1 FROM {table}")) == before - 1
    assert await purger(database, rule).purge() == {table: 0}


async def test_what_is_not_done_with_stays_however_old(database: Database) -> None:
    await fill(database, "10 years")
    async with database.connection() as connection:
        await connection.execute(text("UPDATE outbox SET created_at = '2001-01-01'"))
        await connection.execute(text("UPDATE dead_letters SET created_at = '2001-01-01'"))
    await purger(database, *chassis_rules(outbox=True)).purge()
    assert await kept(database, "SELECT type FROM outbox") == ["unpublished"]
    assert await kept(database, "SELECT status FROM dead_letters") == ["open"]


async def test_where_the_broker_forgets_the_outbox_is_left_alone(database: Database) -> None:
    await fill(database, "10 years")
    await purger(database, *chassis_rules(outbox=False)).purge()
    assert len(await kept(database, "SELECT 1 FROM outbox")) == 2


async def test_many_replicas_take_each_row_once(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            text(
                "INSERT INTO inbox SELECT 'c', gen_random_uuid(), '2001-01-01'"
                " FROM generate_series(1, 3500)"
            )
        )
    rule = older("inbox", "received_at", "45 days")
    taken = await asyncio.gather(*[purger(database, rule).purge() for _ in range(4)])
    rest = await purger(database, rule).purge()
    assert sum(one["inbox"] for one in [*taken, rest]) == 3500
    assert await kept(database, "SELECT 1 FROM inbox") == []


async def test_a_rule_that_fails_ends_no_worker_and_the_next_round_does_the_rest(
    database: Database,
) -> None:
    await fill(database, "10 years")
    broken = Rule("broken", "SELECT 1 / 0 + :most")
    worker = purger(database, broken, older("inbox", "received_at", "45 days"))
    await worker.start()
    await worker._round()
    assert worker.running
    await worker.stop()
    assert not worker.running
