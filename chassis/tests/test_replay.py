"""What the outbox publishes again when an operator asks for it."""

from typing import Any

from chassis.relay import Relay
from chassis.replay import Replay, ReplayIn
from koppla.waiting import until
from tests.support.harness import Broker
from tests.support.sample import Noted, Sample, chassis

HOUR = 3600.0
PARKED = "SELECT id FROM outbox WHERE parked_at IS NOT NULL"
OPEN = "SELECT id FROM outbox WHERE published_at IS NULL AND parked_at IS NULL"


async def _replay(sample: Sample, **asked: Any) -> int:
    replay = Replay(chassis.outbox, sample.outbox)
    events, cursor = 0, None
    while True:
        async with sample.database.transaction() as session:
            done = await replay.step(session, ReplayIn(**asked, cursor=cursor))
        events, cursor = events + done.events, done.next_cursor
        if cursor is None:
            return events


async def _texts(broker: Broker) -> list[str]:
    return [event.text for event in await broker.events(Noted)]


async def test_a_parked_event_is_tried_again_and_then_what_waited_behind_it(
    sample: Sample, broker: Broker
) -> None:
    await sample.say(
        Noted(about="a", text="before"),
        Noted(about="a", text="x" * 1_100_000),
        Noted(about="a", text="after"),
        Noted(about="b", text="other"),
    )
    relay: Relay = sample.relay(net=HOUR)
    await relay.start()
    try:
        await until(lambda: sample.column(PARKED))
        # What kept it from being sent is mended: here, that it was too large.
        await sample.rows(
            "UPDATE outbox SET value = replace(convert_from(value, 'UTF8'),"
            " repeat('x', 1100000), 'large')::bytea WHERE parked_at IS NOT NULL"
        )
        assert await _replay(sample, key="a") == 2

        async def all_said() -> bool:
            return not await sample.column(OPEN) and not await sample.column(PARKED)

        await until(all_said)
        keyed = [text for text in await _texts(broker) if text != "other"]
        assert keyed == ["before", "before", "large", "after"]
        assert await sample.column("SELECT error FROM outbox WHERE error IS NOT NULL") == []
    finally:
        await relay.stop()


async def test_one_that_still_can_not_be_sent_is_parked_again(
    sample: Sample, broker: Broker
) -> None:
    await sample.say(Noted(about="a", text="x" * 1_100_000), Noted(about="a", text="after"))
    relay: Relay = sample.relay(net=HOUR)
    await relay.start()
    try:
        first = await until(lambda: sample.column(PARKED))
        (at,) = await sample.column("SELECT parked_at FROM outbox WHERE parked_at IS NOT NULL")
        assert await _replay(sample, key="a") == 1
        again = "SELECT id FROM outbox WHERE parked_at > $1"
        assert await until(lambda: sample.column(again, at)) == first
        assert await _texts(broker) == []
    finally:
        await relay.stop()
