"""Instants in words."""

import pytest

from notifier.moments import moment


@pytest.mark.parametrize(
    ("value", "locale", "words"),
    [
        (
            "2026-11-30T13:05:00Z",
            "sv",
            "måndag 30 november 2026 kl. 14.05 (svensk tid, CET)",
        ),
        (
            "2026-11-30T13:05:59.999+00:00",
            "en",
            "Monday 30 November 2026 at 14:05 (Swedish time, CET)",
        ),
        ("2026-07-04T22:00:00Z", "sv", "söndag 5 juli 2026 kl. 00.00 (svensk tid, CEST)"),
        ("2026-12-31T23:30:00Z", "en", "Friday 1 January 2027 at 00:30 (Swedish time, CET)"),
        ("2026-03-29T01:00:00Z", "en", "Sunday 29 March 2026 at 03:00 (Swedish time, CEST)"),
    ],
)
def test_an_instant_is_said_as_swedish_clocks_show_it(  # R26, R47
    value: str, locale: str, words: str
) -> None:
    assert moment(value, locale) == words


def test_both_half_past_twos_of_an_october_night_are_told_apart() -> None:  # R26
    first, second = (f"2026-10-25T{hour}:30:00Z" for hour in ("00", "01"))
    assert moment(first, "sv") == "söndag 25 oktober 2026 kl. 02.30 (svensk tid, CEST)"
    assert moment(second, "sv") == "söndag 25 oktober 2026 kl. 02.30 (svensk tid, CET)"


@pytest.mark.parametrize("locale", ["sv", "en"])
def test_every_weekday_and_month_has_its_word(locale: str) -> None:
    days = [moment(f"2026-06-{day:02}T12:00:00Z", locale).split()[0] for day in range(1, 8)]
    months = [moment(f"2026-{month:02}-01T12:00:00Z", locale).split()[2] for month in range(1, 13)]
    assert (len(set(days)), len(set(months))) == (7, 12)
