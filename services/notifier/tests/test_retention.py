"""How long the notifier keeps what (design.md, Persons and how long)."""

from chassis.retention import Purger
from koppla.waiting import until
from services.notifier.tests.events import Notifier, requested


async def purge(notifier: Notifier) -> dict[str, int]:
    [purger] = [w for w in notifier.running.service.workers if isinstance(w, Purger)]
    return await purger.purge()


async def test_a_mails_address_goes_ninety_days_after_it_was_settled(notifier: Notifier) -> None:
    await notifier.broker.publish(requested())

    async def all_sent() -> bool:
        rows = await notifier.running.rows("SELECT status FROM deliveries")
        return bool(rows) and {row["status"] for row in rows} == {"sent"}

    await until(all_sent)
    for age, gone in (("90 days -1 hour", False), ("2 hours", True)):
        await notifier.running.rows(
            f"UPDATE deliveries SET settled_at = settled_at - interval '{age}'"
        )
        await notifier.running.rows(
            f"UPDATE requests SET updated_at = updated_at - interval '{age}'"
        )
        found = await purge(notifier)
        assert (found["deliveries"] > 0, found["requests"] > 0) == (gone, gone)
    assert await notifier.running.rows("SELECT 1 FROM deliveries") == []
