"""What alerts are made of: what lies in an outbox, as the database has it and not as a relay
remembers it."""

from tests.support.harness import Running

ROW = (
    "INSERT INTO outbox (event_id, topic, key, type, headers, value, created_at, parked_at)"
    " SELECT gen_random_uuid(), 'linking.links.v1', 'b-1:1', 'None', '[]', '',"
    " clock_timestamp() - interval '1 hour', now()"
)
OTHERS_LEASE = (
    "INSERT INTO relay_lease (name, holder, token, until)"
    " VALUES ('relay', 'other', 1000, clock_timestamp() + interval '1 hour')"
    " ON CONFLICT (name) DO UPDATE SET holder = 'other', token = 1000, until = excluded.until"
)


async def test_a_parked_event_is_counted_as_long_as_it_lies_there(search: Running) -> None:
    # From the first scrape on: what appears as 1 has not risen, and no `increase` sees it.
    assert 'koppla_outbox_parked{service="search"} 0.0' in await _metrics(search)
    await search.rows(ROW)
    assert 'koppla_outbox_parked{service="search"} 1.0' in await _metrics(search)
    await search.rows("DELETE FROM outbox")
    assert 'koppla_outbox_parked{service="search"} 0.0' in await _metrics(search)


async def test_a_relay_that_another_has_relieved_does_not_tell_its_last_backlog(
    search: Running,
) -> None:
    await search.rows(OTHERS_LEASE)
    await search.rows(ROW.replace(", now()", ", NULL"))
    assert 'koppla_outbox_oldest_seconds{service="search"} 360' in await _metrics(search)
    assert 'koppla_outbox_backlog{service="search"} 1.0' in await _metrics(search)
    await search.rows("DELETE FROM outbox")
    assert 'koppla_outbox_backlog{service="search"} 0.0' in await _metrics(search)
    assert 'koppla_outbox_oldest_seconds{service="search"} 0.0' in await _metrics(search)


async def _metrics(search: Running) -> str:
    return (await search.http.get("/metrics")).text
