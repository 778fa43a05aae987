"""A database is lost, or restored from a backup, while the others run on: what is so again."""

from pathlib import Path
from typing import Any

import asyncpg

from contracts.topics import DIRECTORY_CLIENTS, LINKING_LINKS
from koppla.reconcile import reconcile
from koppla.replay import replay
from koppla.waiting import until
from tests.support.harness import Harness
from tests.support.land import NORD, Land, client, land
from tests.support.platform import Platform, koppla

SEARCH = (
    "SELECT tenant_id, org_number, name, city FROM clients WHERE deleted_at IS NULL ORDER BY 1",
    "SELECT bureau_id, eligible, version, reason FROM bureau_eligibility ORDER BY 1",
)
ACTIVATION = (
    "SELECT * FROM linked_clients ORDER BY bureau_id, tenant_id",
    "SELECT * FROM permissions ORDER BY tenant_id, consultant_id, program",
    "SELECT * FROM clients ORDER BY tenant_id",
    "SELECT * FROM bureaus ORDER BY bureau_id",
    "SELECT * FROM bureau_users ORDER BY bureau_id, user_id",
)


async def _all(land: Land, name: str, questions: tuple[str, ...]) -> list[list[dict[str, Any]]]:
    return [await land.rows(name, question) for question in questions]


async def _becomes(
    land: Land, name: str, questions: tuple[str, ...], wanted: list[list[dict[str, Any]]]
) -> None:
    async def same() -> bool:
        return await _all(land, name, questions) == wanted

    await until(same, 60, every=0.2, what=f"{name} to be as it was")


async def _reconcile(land: Land, *, mend: bool = False) -> tuple[bool, list[str]]:
    said: list[str] = []
    same = await land.command(
        lambda: reconcile(Path("unused"), settle=2, mend=mend, tell=said.append)
    )
    return same, said


async def _replay(land: Land, service: str, **asked: Any) -> int:
    given: dict[str, Any] = {"since": None, "key": None, "snapshot": False, **asked}
    published = await land.command(lambda: replay(Path("unused"), service, **given))
    await land.quiet()
    return int(published)


async def test_a_lost_search_database_is_rebuilt_from_topics_alone(harness: Harness) -> None:
    async with land(harness, ("linking", "search")) as here:
        await harness.broker.publish(client("2", name="Nytt namn AB"))
        await harness.broker.publish_raw(DIRECTORY_CLIENTS, b"3", None)
        await here.quiet()
        before = await _all(here, "search", SEARCH)
        assert [len(rows) for rows in before] == [5, 2]
        await here.drop("search")
        await here.start("search")
        await _becomes(here, "search", SEARCH, before)


async def test_a_lost_activation_database_is_rebuilt_from_its_grants_and_a_snapshot(
    harness: Harness, tmp_path: Path
) -> None:
    async with land(harness, ("linking", "search", "activation", "notifier")) as here:
        links = {tenant_id: await here.link(tenant_id) for tenant_id in ("1", "2", "3")}
        await here.quiet()
        await here.activate("1")
        await here.activate("2")
        await here.end(links["3"])
        await here.quiet()
        await here.link("3")
        await here.quiet()
        grants = tmp_path / "grants"
        await here.backup("activation", grants, "linked_clients", "permissions")
        # What happens after the backup comes from linking.
        await here.end(links["2"])
        await here.link("4")
        await here.end(await here.link("5"))
        await here.quiet()
        before = await _all(here, "activation", ACTIVATION)
        await until(lambda: _no_mail_is_open(here))
        mails = await here.rows("notifier", "SELECT * FROM deliveries ORDER BY id")

        await here.drop("activation")
        here.urls["activation"] = await harness.database("activation")
        await here.restore_rows("activation", grants)
        await here.start("activation")
        # Two bureaus, three links that are, and two that began and ended.
        assert await _replay(here, "linking", snapshot=True) == 2 + 3 + 4
        await _becomes(here, "activation", ACTIVATION, before)
        assert (await _reconcile(here))[0]
        # Nobody is mailed about what has long been so.
        assert await here.rows("notifier", "SELECT * FROM deliveries ORDER BY id") == mails


async def _no_mail_is_open(here: Land) -> bool:
    return not await here.rows(
        "notifier", "SELECT 1 FROM deliveries WHERE status IN ('queued', 'sending')"
    )


async def test_events_that_are_replayed_keep_their_ids_and_change_nothing(
    harness: Harness,
) -> None:
    async with land(harness, ("linking", "activation")) as here:
        await here.end(await here.link("1"))
        await here.link("2")
        await here.quiet()
        before = await _all(here, "activation", ACTIVATION)
        said = [record.value for record in await harness.broker.records(LINKING_LINKS)]
        # Two words about bureaus, as they are now, and the three events of links.
        assert await _replay(here, "linking") == 2 + 3
        again = [record.value for record in await harness.broker.records(LINKING_LINKS)]
        assert sorted(again) == sorted(said * 2)
        assert await _replay(here, "linking", key="nord:1") == 2
        assert await _replay(here, "linking", since="1s", key="nord:none") == 0
        assert await _all(here, "activation", ACTIVATION) == before
        keyed = [
            record.value
            for record in await harness.broker.records(LINKING_LINKS)
            if record.key == b"nord:1"
        ]
        assert keyed == keyed[:2] * 3


async def test_reconcile_finds_and_mends_what_a_restored_activation_lacks(
    harness: Harness, tmp_path: Path
) -> None:
    async with land(harness, ("linking", "search", "activation", "notifier")) as here:
        first = await here.link("1")
        await here.link("2")
        await here.quiet()
        assert (await _reconcile(here)) == (True, ["Nothing differs."])
        backup = tmp_path / "activation"
        await here.backup("activation", backup)
        await here.end(first)
        await here.link("3")
        await harness.broker.publish(client("2", name="Nytt namn AB"))
        await here.quiet()
        before = await _all(here, "activation", ACTIVATION)
        await here.stop("activation")
        await here.restore("activation", backup)
        await here.start("activation")
        # The directory it takes in by itself: the group goes back to where the database is.
        await _becomes(here, "activation", ACTIVATION[2:3], before[2:3])
        same, said = await _reconcile(here)
        assert not same
        assert len(said) == 3
        assert said[0].startswith("link nord:1: linking has it ended")
        assert said[1].startswith("link nord:3: linking has it active")
        assert said[1].endswith("activation does not know it")
        same, said = await _reconcile(here, mend=True)
        assert same, said
        assert said[-1] == "Nothing differs."
        await _becomes(here, "activation", ACTIVATION, before)


async def test_reconcile_finds_and_mends_mails_that_a_restored_notifier_lacks(
    harness: Harness, tmp_path: Path
) -> None:
    async with land(harness, ("linking", "search", "activation", "notifier")) as here:
        backup = tmp_path / "notifier"
        await here.backup("notifier", backup)
        await here.stop("notifier")
        await here.ask("4")
        # Taken in by the database that is lost.
        await here.start("notifier")
        await until(lambda: len(here.sink.received) == 1)
        await here.quiet()
        await here.stop("notifier")
        await here.restore("notifier", backup)
        await here.start("notifier")
        same, [said, _] = await _reconcile(here)
        assert not same
        assert said.startswith("mail to eva of request ")
        assert said.endswith("the notifier does not know it")
        same, lines = await _reconcile(here, mend=True)
        assert same, lines
        # It can't know that it had been sent: once more rather than never.
        await until(lambda: len(here.sink.received) == 2)


async def test_replay_and_reconcile_as_an_operator_types_them(
    tmp_path: Path, kafka_options: tuple[str, ...]
) -> None:
    platform = Platform(tmp_path, *kafka_options)
    await platform.start()
    try:
        data = ("--data", tmp_path)
        file = tmp_path / "bureaus.jsonl"
        file.write_text(NORD.model_dump_json() + "\n")
        assert (await koppla("import", "bureaus", file, *data))[0] == 0
        search = await asyncpg.connect(platform.run_json()["databases"]["search"])
        try:
            known = "SELECT eligible FROM bureau_eligibility WHERE bureau_id = 'nord'"
            await until(lambda: search.fetchval(known))
            code, out, err = await koppla("reconcile", *data)
            assert (code, out.strip()) == (0, "Nothing differs."), err
            await search.execute("DELETE FROM bureau_eligibility")
            code, out, _ = await koppla("reconcile", "--settle", "1", *data)
            assert (code, len(out.strip().splitlines())) == (1, 2)
            assert "bureau nord: linking has it eligible at version 1" in out
            code, out, _ = await koppla("reconcile", "--settle", "1", "--mend", *data)
            assert (code, out.strip().splitlines()[-1]) == (0, "Nothing differs.")
            assert await search.fetchval(known) is True
        finally:
            await search.close()
        code, out, _ = await koppla("replay", "linking", "--snapshot", *data)
        assert (code, out.strip()) == (0, "1 events to be published again")
        for wrong in (("replay", "nobody"), ("replay", "linking", "--since", "yesterday")):
            code, _, err = await koppla(*wrong, *data)
            assert (code, len(err.strip().splitlines())) == (2, 1), err
    finally:
        await platform.stop()
