"""When a consumer is said to hang."""

from datetime import timedelta

import pytest

from chassis import in_hand
from chassis.in_hand import InHand


def test_the_clock_runs_within_a_try_and_starts_anew_with_each_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(in_hand.time, "monotonic", lambda: now)
    hand = InHand(timedelta(minutes=5))
    hand.next()
    assert hand.seconds == 0
    with hand.trying():
        now += 299
        assert not hand.hangs
        hand.next()
        now += 300
        assert not hand.hangs
        now += 1
        assert hand.hangs
        assert hand.seconds == 301
    now += 3600
    assert hand.seconds == 0
    assert not hand.hangs


def test_a_try_that_fails_is_over() -> None:
    hand = InHand(timedelta(0))
    with pytest.raises(ConnectionError), hand.trying():
        raise ConnectionError
    assert not hand.hangs
