"""Linking's database is restored to an earlier day: what it decided since, others have heard."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contracts.topics import DIRECTORY_BUREAUS
from koppla.reconcile import reconcile
from koppla.waiting import until
from tests.support.harness import Harness
from tests.support.land import KPMG, NORD, Land, land

LINKS = "SELECT tenant_id, id::text, status, version FROM links ORDER BY tenant_id, version"
HEARD = "SELECT tenant_id, link_id::text, status, version FROM linked_clients ORDER BY tenant_id"


@pytest.fixture
async def here(harness: Harness) -> AsyncIterator[Land]:
    async with land(harness, ("linking", "search", "activation", "notifier")) as here:
        yield here


async def _reconcile(here: Land) -> list[str]:
    """What differed; it is mended afterwards."""
    said: list[str] = []
    same = await here.command(
        lambda: reconcile(Path("unused"), settle=2, mend=True, tell=said.append)
    )
    assert same, said
    assert said[-1] == "Nothing differs."
    await here.quiet()
    return said[:-2]


async def _set_back(here: Land, backup: Path) -> None:
    await here.stop("linking")
    await here.restore("linking", backup)
    await here.start("linking")
    await here.quiet()


async def _active(here: Land, name: str, question: str) -> set[tuple[Any, ...]]:
    return {
        tuple(row.values())[:2]
        for row in await here.rows(name, question)
        if row["status"] == "active"
    }


async def test_links_and_ends_that_linking_has_lost_are_taken_back(
    here: Land, tmp_path: Path
) -> None:  # R35, D8, D9
    ended = await here.link("1")
    await here.quiet()
    backup = tmp_path / "linking"
    await here.backup("linking", backup)
    await here.end(ended)
    linked = await here.link("2")
    await here.end(await here.link("3"))
    await here.quiet()
    await until(lambda: _no_mail_is_open(here))
    before, mails = await here.rows("linking", LINKS), await _mails(here)
    heard = await here.rows("activation", HEARD)
    await _set_back(here, backup)
    assert await here.rows("linking", LINKS) != before

    said = await _reconcile(here)
    assert [line.split(": ")[0] for line in said] == ["link nord:1", "link nord:2", "link nord:3"]
    assert await here.rows("linking", LINKS) == before
    assert await here.rows("activation", HEARD) == heard
    assert await _mails(here) == mails
    trail = await here.rows(
        "linking",
        "SELECT subject, facts ->> 'status' status FROM audit_entries"
        " WHERE action = 'link_mended' ORDER BY chain",
    )
    assert [(row["subject"] == f"link:{linked}", row["status"]) for row in trail] == [
        (False, "ended"),
        (True, "active"),
        (False, "ended"),
    ]
    # It goes on from there: what is decided now is news to everybody.
    await here.end(linked)
    again = await here.link("3")
    await here.quiet()
    assert await _active(here, "activation", HEARD) == {("3", again)}


async def test_what_linking_decided_after_it_was_set_back_is_said_above_what_was_heard(
    here: Land, tmp_path: Path
) -> None:
    backup = tmp_path / "linking"
    await here.backup("linking", backup)
    for _ in range(3):
        await here.end(await here.link("1"))
    lost = await here.link("2")
    await here.quiet()
    await _set_back(here, backup)
    # By versions that activation has seen long ago.
    first, second = await here.link("1"), await here.link("2")
    await here.quiet()
    assert await _active(here, "activation", HEARD) == {("2", lost)}
    said = await _reconcile(here)
    assert len(said) == 2
    active = {("1", first), ("2", second)}
    assert await _active(here, "linking", LINKS) == active
    assert await _active(here, "activation", HEARD) == active


async def test_an_acceptance_that_linking_has_lost_closes_its_request(
    here: Land, tmp_path: Path
) -> None:  # R32, R35
    made = await here.ask("4")
    await until(lambda: len(here.sink.received) == 1)
    await here.quiet()
    backup = tmp_path / "linking"
    await here.backup("linking", backup)
    link = await here.accept(made)
    await here.quiet()
    await _set_back(here, backup)
    [line] = await _reconcile(here)
    assert line.startswith("link nord:4: activation has it active")
    [request] = await here.rows(
        "linking", "SELECT status, decided_by ->> 'user_id' who FROM link_requests"
    )
    assert request == {"status": "accepted", "who": "eva"}
    [row] = await here.rows("linking", "SELECT id::text, request_id::text FROM links")
    assert row == {"id": link, "request_id": made["id"]}


async def test_a_link_of_a_bureau_that_is_gone_by_now_is_taken_back_and_ended(
    here: Land, harness: Harness, tmp_path: Path
) -> None:  # D11
    backup = tmp_path / "linking"
    await here.backup("linking", backup)
    await here.link("1")
    await here.quiet()
    await here.stop("linking")
    await harness.broker.publish_raw(DIRECTORY_BUREAUS, b"nord", None)
    await here.restore("linking", backup)
    await here.start("linking")
    await here.quiet()
    await _reconcile(here)
    [row] = await here.rows("linking", "SELECT status, reason FROM links")
    assert row == {"status": "ended", "reason": "bureau_deleted"}
    assert await _active(here, "activation", HEARD) == set()


async def test_a_word_about_a_bureau_that_linking_has_lost_is_said_again(
    here: Land, harness: Harness, tmp_path: Path
) -> None:  # R12
    backup = tmp_path / "linking"
    await here.backup("linking", backup)
    await here.exclude("nord")
    await here.quiet()
    await _set_back(here, backup)
    # The rule is lost, and search goes by it still.
    [said] = await _reconcile(here)
    assert said.startswith("bureau nord: linking is behind")
    known = "SELECT bureau_id, eligible, version FROM bureau_eligibility ORDER BY 1"
    assert await here.rows("search", known) == await here.rows("linking", known)
    assert {row["bureau_id"]: row["eligible"] for row in await here.rows("search", known)} == {
        KPMG.bureau_id: False,
        NORD.bureau_id: True,
    }


async def test_a_key_that_is_refused_keeps_no_other_from_being_mended(here: Land) -> None:
    for tenant_id in ("1", "2"):
        await here.link(tenant_id)
    await here.quiet()
    # By a hand in the database: of a client whose number is none.
    await here.rows("activation", "UPDATE linked_clients SET tenant_id = 'x' WHERE tenant_id = '1'")
    await here.rows("activation", "DELETE FROM linked_clients WHERE tenant_id = '2'")
    said: list[str] = []
    same = await here.command(
        lambda: reconcile(Path("unused"), settle=2, mend=True, tell=said.append)
    )
    assert not same
    [refused] = [line for line in said if line.startswith("refused: ")]
    assert refused.startswith("refused: nord:x, by activation: ")
    assert said[-1] == "1 differences"
    known = {row["tenant_id"] for row in await here.rows("activation", HEARD)}
    assert known == {"1", "2", "x"}


async def _no_mail_is_open(here: Land) -> bool:
    return not await here.rows(
        "notifier", "SELECT 1 FROM deliveries WHERE status IN ('queued', 'sending')"
    )


async def _mails(here: Land) -> list[dict[str, Any]]:
    return await here.rows("notifier", "SELECT * FROM deliveries ORDER BY id")
