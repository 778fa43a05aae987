"""How long search keeps what (design.md, Persons and how long)."""

from chassis.retention import Purger
from contracts.topics import DIRECTORY_CLIENTS
from koppla.waiting import until
from tests.support.harness import Harness, Running


async def test_a_deleted_client_goes_with_its_tombstone(harness: Harness, search: Running) -> None:
    [purger] = [w for w in search.service.workers if isinstance(w, Purger)]
    await harness.broker.publish_raw(DIRECTORY_CLIENTS, b"300001", None)

    async def deleted() -> bool:
        return bool(await search.rows("SELECT 1 FROM clients WHERE deleted_at IS NOT NULL"))

    await until(deleted)
    assert (await purger.purge())["clients"] == 0
    await search.rows("UPDATE clients SET deleted_at = deleted_at - interval '31 days'")
    assert (await purger.purge())["clients"] == 1
