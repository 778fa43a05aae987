"""Rates: how settings say them, and what a refusal says."""

from datetime import timedelta

import pytest

from chassis import problems
from chassis.rates import Rate, RateSetting, too_many
from chassis.settings import SettingError, Settings, load
from chassis.telemetry import Metrics


class Limited(Settings):
    rate_wishes: RateSetting = Rate(3, timedelta(days=1))


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("120/m", Rate(120, timedelta(minutes=1))),
        ("120/1m", Rate(120, timedelta(minutes=1))),
        ("1/s", Rate(1, timedelta(seconds=1))),
        ("2000/24h", Rate(2000, timedelta(hours=24))),
        ("1200/5m", Rate(1200, timedelta(minutes=5))),
        ("0", None),
        ("off", None),
    ],
)
def test_a_rate_is_a_number_and_a_length_of_time(
    monkeypatch: pytest.MonkeyPatch, text: str, rate: Rate | None
) -> None:
    monkeypatch.setenv("KOPPLA_RATE_WISHES", text)
    assert load(Limited).rate_wishes == rate


def test_nothing_said_is_the_default() -> None:
    assert load(Limited).rate_wishes == Rate(3, timedelta(days=1))


@pytest.mark.parametrize(
    "text",
    [
        *("", "120", "120/", "/m", "0/m", "120/0m", "-1/m", "1.5/m", "120 / m", "120/d", "120/M"),
        *("120/m\n", "120/minute", "OFF", "none", "1200000000/m", "1/10000h", "\uff11/m"),
    ],
)
def test_what_is_no_rate_is_refused_by_one_line(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KOPPLA_RATE_WISHES", text)
    with pytest.raises(SettingError) as refused:
        load(Limited)
    assert str(refused.value) == (
        "KOPPLA_RATE_WISHES: must be a whole number, a slash and a length of time, for example"
        " 120/m or 2000/24h; 0 or off for no limit"
    )


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        (timedelta(seconds=-5), "1"),
        (timedelta(0), "1"),
        (timedelta(milliseconds=1), "1"),
        (timedelta(seconds=1, microseconds=1), "2"),
        (timedelta(hours=24), "86400"),
    ],
)
def test_a_refusal_says_in_how_many_whole_seconds(wait: timedelta, seconds: str) -> None:
    answer = problems.response(too_many(Metrics("things"), "wishes", wait))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, seconds)


def test_refusals_are_counted_by_limit() -> None:
    metrics = Metrics("things")
    for limit in ("wishes", "wishes", "dreams"):
        too_many(metrics, limit, timedelta(seconds=1))

    def counted(limit: str) -> float | None:
        labels = {"service": "things", "limit": limit}
        return metrics.registry.get_sample_value("koppla_rate_limited_total", labels)

    assert (counted("wishes"), counted("dreams")) == (2, 1)
