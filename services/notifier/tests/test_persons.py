"""One person's mails: shown, and erased without a trace of the address."""

from koppla.waiting import until
from services.notifier.tests.events import KARIN, Notifier, requested
from tests.support.harness import Harness


async def test_a_persons_mails_are_shown_and_erased(harness: Harness, notifier: Notifier) -> None:
    ops = harness.bearer("olle", "ops")
    path = f"/v1/ops/notifier/persons/{KARIN.user_id}"
    http = notifier.running.http
    await notifier.broker.publish(requested())

    async def all_sent() -> bool:
        rows = await notifier.running.rows("SELECT status FROM deliveries")
        return bool(rows) and {row["status"] for row in rows} == {"sent"}

    await until(all_sent)
    held = (await http.get(path, headers=ops)).json()["held"]
    assert [one["address"] for one in held["deliveries"]] == [KARIN.email]
    erased = await http.post(f"{path}/erase", json={"reason": "x"}, headers=ops)
    assert erased.json()["erased"]["deliveries"] == 1
    left = (await http.get(path, headers=ops)).json()["held"]["deliveries"]
    assert KARIN.email not in str(left)
    assert KARIN.name not in str(left)
    again = await http.post(f"{path}/erase", json={"reason": "x"}, headers=ops)
    assert again.json()["erased"]["deliveries"] == 0
