"""Bursts: who is refused, for how long, and how much memory that takes. Time is the library's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import limits.storage.memory
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import bursts
from chassis.bursts import Bursts
from chassis.problems import Refused
from chassis.rates import Rate
from chassis.telemetry import Metrics
from contracts.problem_codes import Code

MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    """Stands where the library and ours ask for the module `time`."""

    now: float = 1_700_000_040.0

    def time(self) -> float:
        return self.now

    monotonic = time


@dataclass
class Door:
    """A limit and its clock."""

    clock: Clock
    rate: Rate | None
    most: int = bursts.MOST_COUNTERS
    metrics: Metrics = field(default_factory=lambda: Metrics("things"))

    def __post_init__(self) -> None:
        self.bursts = Bursts("wishes", self.rate, self.metrics, most=self.most)

    def wait(self, caller: str = "anna") -> int | None:
        """One attempt: the seconds of its Retry-After, None where it is let in."""
        try:
            self.bursts.check(caller)
        except Refused as refused:
            return int(refused.headers["Retry-After"])
        return None


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module", autouse=True)
def _time(clock: Clock) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits.storage.memory, "time", clock)
        patch.setattr(bursts, "time", clock)
        yield


def test_one_more_than_the_limit_is_refused(clock: Clock) -> None:
    door = Door(clock, Rate(3, MINUTE))
    assert [door.wait() for _ in range(3)] == [None, None, None]
    with pytest.raises(Refused) as refused:
        door.bursts.check("anna")
    assert refused.value.code is Code.RATE_LIMITED


def test_another_caller_is_not_affected(clock: Clock) -> None:
    door = Door(clock, Rate(1, MINUTE))
    assert door.wait("anna") is None
    assert door.wait("anna") is not None
    assert door.wait("bo") is None


def test_no_rate_is_no_limit(clock: Clock) -> None:
    door = Door(clock, None)
    assert [door.wait() for _ in range(1000)] == [None] * 1000


def test_who_goes_on_trying_is_let_in_no_later(clock: Clock) -> None:
    door = Door(clock, Rate(2, MINUTE))
    door.wait(), door.wait()
    first = door.wait()
    assert first is not None
    for _ in range(first - 1):
        clock.now += 1
        assert door.wait() is not None
    clock.now += 1
    assert door.wait() is None


steps = st.lists(st.floats(0, 20), min_size=1, max_size=60)


@given(count=st.integers(1, 8), window=st.integers(1, 30), steps=steps)
def test_after_the_wait_one_is_let_in_and_not_before(
    clock: Clock, count: int, window: int, steps: list[float]
) -> None:
    door = Door(clock, Rate(count, timedelta(seconds=window)))
    for step in steps:
        clock.now += step
        wait = door.wait()
        if wait is None:
            continue
        assert 1 <= wait <= 2 * window
        if wait > 1:
            clock.now += wait - 1.01
            assert door.wait() is not None
            clock.now += 1.01
        else:
            clock.now += wait
        assert door.wait() is None


@given(count=st.integers(1, 8), window=st.integers(1, 30), steps=steps)
def test_never_more_than_twice_the_limit_within_a_window(
    clock: Clock, count: int, window: int, steps: list[float]
) -> None:
    door = Door(clock, Rate(count, timedelta(seconds=window)))
    let_in = []
    for step in steps:
        clock.now += step
        if door.wait() is None:
            let_in.append(clock.now)
    for start in let_in:
        assert sum(start <= one < start + window for one in let_in) <= 2 * count


def test_memory_is_bounded_and_the_least_recently_seen_are_forgotten(clock: Clock) -> None:
    door = Door(clock, Rate(1, MINUTE), most=100)
    assert door.wait("anna") is None
    for number in range(99):
        door.wait(str(number))
    assert door.wait("anna") is not None
    for number in range(99, 1000):
        door.wait(str(number))
    assert len(door.bursts._counters._kept) == 100
    assert door.wait("999") is not None
    assert door.wait("anna") is None


def test_counters_of_old_windows_are_freed(clock: Clock) -> None:
    door = Door(clock, Rate(5, MINUTE))
    for number in range(1000):
        door.wait(str(number))
    clock.now += 121
    door.wait("anna")
    assert len(door.bursts._counters._kept) == 1


def test_refusals_are_counted_without_a_caller(clock: Clock) -> None:
    door = Door(clock, Rate(1, MINUTE))
    for _ in range(4):
        door.wait("203.0.113.9")
    labels = {"service": "things", "limit": "wishes"}
    assert door.metrics.registry.get_sample_value("koppla_rate_limited_total", labels) == 3
    said = [sample for metric in door.metrics.registry.collect() for sample in metric.samples]
    assert "203.0.113.9" not in str(said)
