"""What may succeed later, and what never will."""

from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database, async_url, is_transient
from koppla.waiting import until
from tests.support.sample import Sample, notes


async def _fails(sample: Sample, *statements: Any, **values: object) -> DBAPIError:
    try:
        async with sample.database.connection() as connection:
            for statement in statements:
                made = text(statement) if isinstance(statement, str) else statement
                await connection.execute(made, values)
    except DBAPIError as error:
        return error
    raise AssertionError("it did not fail")


async def test_values_that_no_column_takes_are_no_passing_trouble(sample: Sample) -> None:
    for value in ({"number": 2**40}, {"number": "x"}, {"text": "\ud800"}, {"text": "\0"}):
        row = {"key": "a", "text": "a", "number": 0, **value}
        assert not is_transient(await _fails(sample, notes.insert().values(row))), value


async def test_a_broken_rule_or_statement_is_no_passing_trouble(sample: Sample) -> None:
    assert not is_transient(await _fails(sample, "SELECT 1 / 0"))
    assert not is_transient(await _fails(sample, "SELEKT"))
    assert not is_transient(await _fails(sample, "DROP TABLE outbox"))


async def test_time_outs_and_lost_connections_pass(sample: Sample) -> None:
    slow = ("SET LOCAL statement_timeout = '1ms'", "SELECT pg_sleep(60)")
    assert is_transient(await _fails(sample, *slow))
    ended = await _fails(sample, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_transient(ended)
    await sample.database.ping()


async def test_connections_that_the_server_has_closed_are_opened_anew(sample: Sample) -> None:
    engine = sample.database.engine
    async with engine.connect() as one, engine.connect() as other:
        kept = [(await each.get_raw_connection()).driver_connection for each in (one, other)]
        numbers = [each.get_server_pid() for each in kept if each is not None]
    async with sample.database.connection() as connection:
        mine = await connection.scalar(text("SELECT pg_backend_pid()"))
        for number in set(numbers) - {mine}:
            await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": number})
        raw = await connection.get_raw_connection()
        others = [each for each in kept if each is not raw.driver_connection]
        await until(lambda: all(each is not None and each.is_closed() for each in others))
        # While the open one is in use, whoever comes gets one that was closed.
        await sample.database.ping()
    await sample.database.ping()


async def test_a_database_that_is_not_there_passes() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(ConnectionRefusedError) as failed:
        await away.ping()
    assert is_transient(failed.value)
    assert is_transient(asyncpg.CannotConnectNowError())
    assert not is_transient(ValueError())


async def test_an_error_does_not_show_the_values(sample: Sample) -> None:
    failed = await _fails(sample, "SELECT 1 / 0 WHERE 'a' <> :secret", secret="hemligt")
    assert "hemligt" not in str(failed)


@pytest.mark.parametrize("url", ["", "x", "mysql://a/b", "http://[", "sqlite://"])
def test_only_a_postgresql_url_is_one(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql"):
        async_url(url)
