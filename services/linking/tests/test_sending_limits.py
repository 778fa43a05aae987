"""How much a bureau may send and an address may get in a day, by the service's own rows."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from contracts.events.directory import SystemAdmin
from linking.storage import directory, limiting
from services.linking.tests.limited import limited, refused
from services.linking.tests.world import EVA, World, client

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
HANS = SystemAdmin(user_id="hans", name="Hans Ö", email="hans@annan.example")
COMPANIES = [client(f"20000{n}", f"Bolag {n}", HANS) for n in range(10)]
TABLES = (
    *("pairs", "link_requests", "sendings", "recipients", "request_events", "outbox"),
    *("audit_entries", "audit_persons", "idempotency_keys"),
)


def of_syd(world: World) -> dict[str, str]:
    return world.user("cia", "syd")


async def rows(world: World) -> list[Any]:
    return [await world.running.rows(f"SELECT * FROM {table}") for table in TABLES]


def wait(answer: httpx.Response) -> timedelta:
    """The Retry-After of an answer that is a refusal."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "RATE_LIMITED"
    return timedelta(seconds=int(answer.headers["retry-after"]))


def about(length: timedelta) -> Any:
    """The length, less what the test took."""
    return pytest.approx(length.total_seconds(), abs=60)


async def test_a_bureau_over_its_limit_is_told_when_it_may_ask_again(world: World) -> None:
    async with limited(world, rate_requests_per_bureau="2/24h") as strict:
        first = await strict.asked("100001")
        await strict.asked("100002")
        answer = await strict.ask("100004")
        assert "bureau" in answer.json()["detail"]
        assert wait(answer).total_seconds() == about(DAY)
        await world.age(first, 23 * HOUR)
        assert wait(await strict.ask("100004")).total_seconds() == about(HOUR)
        await world.age(first, HOUR)
        assert (await strict.ask("100004")).status_code == 201
        assert refused(strict, "requests_per_bureau") == 2


async def test_another_bureau_may_still_ask(world: World) -> None:
    async with limited(world, rate_requests_per_bureau="1/24h") as strict:
        await strict.asked("100001")
        assert (await strict.ask("100002")).status_code == 429
        assert (await strict.ask("100002", of_syd(world))).status_code == 201


async def test_a_resend_counts_and_is_refused_like_a_request(world: World) -> None:  # D2
    async with limited(world, rate_requests_per_bureau="2/24h") as strict:
        made = await strict.asked("100001")
        assert (await strict.act(made, "resend")).status_code == 200
        before = await rows(world)
        assert wait(await strict.act(made, "resend")).total_seconds() == about(DAY)
        assert (await strict.ask("100002")).status_code == 429
        assert await rows(world) == before
        # It can still be taken back.
        assert (await strict.act(made, "cancel")).status_code == 200


async def test_an_old_request_that_is_resent_counts_from_its_resend(world: World) -> None:
    async with limited(world, rate_requests_per_bureau="1/24h") as strict:
        made = await strict.asked("100001")
        await world.age(made, 2 * DAY)
        assert (await strict.act(made, "resend")).status_code == 200
        assert (await strict.ask("100002")).status_code == 429


async def test_who_is_refused_leaves_nothing_behind(world: World) -> None:
    async with limited(world, rate_requests_per_bureau="1/24h") as strict:
        first = await strict.asked("100001")
        before = await rows(world)
        key = {"idempotency-key": "once"}
        assert (await strict.ask("100002", key)).status_code == 429
        assert await rows(world) == before
        # The refusal is not kept under the key: when the day is over, the same call succeeds.
        await world.age(first, DAY)
        assert (await strict.ask("100002", key)).status_code == 201


async def test_a_kept_answer_is_given_again_over_the_limit(world: World) -> None:  # R20
    async with limited(world, rate_requests_per_bureau="1/24h") as strict:
        key = {"idempotency-key": "once"}
        first = await strict.ask("100001", key)
        again = await strict.ask("100001", key)
        assert (again.status_code, again.json()) == (201, first.json())


async def test_a_more_telling_refusal_comes_first(world: World) -> None:  # D5, R13, R22
    async with limited(world, rate_requests_per_bureau="1/24h") as strict:
        await strict.asked("100001")
        for tenant_id, headers, code in (
            ("100001", None, "DUPLICATE_REQUEST"),
            ("100003", None, "NO_SYSTEM_ADMIN"),
            ("999999", None, "CLIENT_NOT_FOUND"),
            ("100001", world.user("kim", "kpmg-1"), "BUREAU_EXCLUDED"),
        ):
            assert (await strict.ask(tenant_id, headers)).json()["code"] == code


async def test_a_limit_made_smaller_is_full_until_enough_have_left(world: World) -> None:
    await world.directory(COMPANIES[0])
    for tenant_id, age in (("100001", 3 * HOUR), ("100002", 2 * HOUR), ("100004", HOUR)):
        await world.age(await world.asked(tenant_id), age)
    async with limited(world, rate_requests_per_bureau="2/24h") as strict:
        # The oldest two of three.
        answer = await strict.ask(COMPANIES[0].tenant_id)
        assert wait(answer).total_seconds() == about(22 * HOUR)


async def test_the_count_is_exact_over_replicas_and_at_once(world: World) -> None:
    await world.directory(*COMPANIES)
    limit = {"rate_requests_per_bureau": "4/24h"}
    async with limited(world, **limit) as one, limited(world, **limit) as other:
        answers = await asyncio.gather(
            *[
                replica.ask(company.tenant_id)
                for company, replica in zip(COMPANIES, [one, other] * 5, strict=True)
            ]
        )
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [429] * 6
    assert await world.outbox("LinkRequested") == 4


async def test_a_bureau_that_floods_a_client_leaves_room_for_others(world: World) -> None:
    async with limited(world, rate_requests_per_client="3/24h") as strict:
        made = await strict.asked("100002")
        assert (await strict.act(made, "resend")).status_code == 200
        assert (await strict.act(made, "cancel")).status_code == 200
        made = await strict.asked("100002")
        answer = await strict.act(made, "resend")
        assert wait(answer).total_seconds() == about(DAY)
        assert refused(strict, "requests_per_client") == 1
        assert (await strict.act(made, "cancel")).status_code == 200
        assert (await strict.ask("100002")).status_code == 429
        assert (await strict.ask("100004")).status_code == 201
        assert (await strict.ask("100002", of_syd(world))).status_code == 201


async def test_an_address_that_is_full_refuses_the_whole_request(world: World) -> None:
    async with limited(world, rate_mails_per_address="2/24h") as strict:
        await strict.asked("100002")
        await strict.asked("100004", headers=of_syd(world))
        before = await rows(world)
        # Fia and Gun have had no mail, Eva two of two bureaus.
        answer = await strict.ask("100001")
        assert wait(answer).total_seconds() == about(DAY)
        assert "can't be asked by mail just now" in answer.json()["detail"]
        assert EVA.email not in answer.text
        assert EVA.name not in answer.text
        assert await rows(world) == before
        assert refused(strict, "mails_per_address") == 1
        assert refused(strict, "requests_per_bureau") == 0


async def test_another_address_still_gets_mail(world: World) -> None:
    await world.directory(COMPANIES[0])
    async with limited(world, rate_mails_per_address="1/24h") as strict:
        await strict.asked("100002")
        assert (await strict.ask("100004")).status_code == 429
        assert (await strict.ask(COMPANIES[0].tenant_id)).status_code == 201


async def test_a_resend_counts_for_the_addresses_of_that_moment(world: World) -> None:  # D2
    async with limited(world, rate_mails_per_address="1/24h") as strict:
        made = await strict.asked("100002")
        assert (await strict.act(made, "resend")).status_code == 429
        await world.directory(client("100002", "Hans snickeri", HANS))
        assert (await strict.act(made, "resend")).status_code == 200
        assert (await strict.act(made, "resend")).status_code == 429


async def test_an_address_in_another_case_is_the_same(world: World) -> None:
    shouted = HANS.model_copy(update={"email": HANS.email.upper()})
    await world.directory(COMPANIES[0], client("200001", "Bolag 1", shouted))
    async with limited(world, rate_mails_per_address="1/24h") as strict:
        await strict.asked("200000")
        assert (await strict.ask("200001")).status_code == 429


async def test_two_admins_with_one_address_get_two_mails(world: World) -> None:
    shared = [HANS.model_copy(update={"user_id": f"hans-{n}"}) for n in range(2)]
    await world.directory(client("200000", "Bolag 0", *shared), COMPANIES[1], COMPANIES[2])
    async with limited(world, rate_mails_per_address="3/24h") as strict:
        await strict.asked("200000")
        # Two more would be four.
        assert (await strict.ask("200000", of_syd(world))).status_code == 429
        assert (await strict.ask("200001")).status_code == 201
        assert (await strict.ask("200002")).status_code == 429


async def test_mails_are_counted_exactly_over_bureaus_and_at_once(world: World) -> None:
    # Who shares two addresses waits for the other, in whatever order their clients name them.
    both = [(HANS, EVA), (EVA, HANS)] * 5
    companies = [client(f"20000{n}", f"Bolag {n}", *admins) for n, admins in enumerate(both)]
    await world.directory(*companies)
    async with limited(world, rate_mails_per_address="4/24h") as strict:
        answers = await asyncio.gather(
            *[
                strict.ask(company.tenant_id, of_syd(world) if number % 3 else None)
                for number, company in enumerate(companies)
            ]
        )
    assert sorted(answer.status_code for answer in answers) == [201] * 4 + [429] * 6
    assert len(await world.running.rows("SELECT 1 FROM recipients")) == 8


async def test_the_limits_can_be_turned_off(world: World) -> None:
    async with limited(world) as free:
        made = await free.asked("100002")
        for _ in range(5):
            assert (await free.act(made, "resend")).status_code == 200


async def test_by_default_a_bureau_links_300_clients_of_one_admin_in_a_day(world: World) -> None:
    companies = [client(f"{300_000 + n}", f"Bolag {n}", HANS) for n in range(300)]
    await world.directory(*companies)
    gate = asyncio.Semaphore(8)

    async def ask_twice(tenant_id: str) -> tuple[int, int]:
        async with gate:
            made = await world.ask(tenant_id)
            again = await world.act(made.json(), "resend")
            return made.status_code, again.status_code

    answers = await asyncio.gather(*[ask_twice(company.tenant_id) for company in companies])
    assert answers == [(201, 200)] * 300


async def test_counting_reads_an_index_and_hardly_more_rows_than_the_limit(world: World) -> None:
    await world.asked("100002")
    for table, number, others in (
        ("sendings", "number", "bureau_id, sent_at, expires_at"),
        ("recipients", "sending", "user_id, name, email, locale, sent_at, mail"),
    ):
        await world.running.rows(
            f"INSERT INTO {table} (request_id, {number}, {others})"
            f" SELECT request_id, n, {others} FROM {table}, generate_series(2, 20000) n"
        )
        await world.running.rows(f"ANALYZE {table}")
    async with world.running.service.database.transaction() as session:
        since = await directory.now(session) - DAY
        assert await limiting.full_since(session, "nord", most=50, since=since)
        assert await limiting.crowded_since(session, [EVA.email], most=50, since=since)
        found = await session.execute(
            text(
                "SELECT relname, seq_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
                " WHERE relname IN ('sendings', 'recipients') ORDER BY relname"
            )
        )
        read = found.all()
    assert [(name, scans) for name, scans, _ in read] == [("recipients", 0), ("sendings", 0)]
    assert all(fetched < 100 for _, _, fetched in read)
