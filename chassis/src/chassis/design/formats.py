"""Moments, days and numbers as people write them, by Babel; all times are Swedish ones."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from chassis.design.catalogue import BABEL, texts
from contracts.fields import Locale

SWEDEN = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True)
class Formats:
    """In one language."""

    locale: Locale

    def moment(self, at: datetime) -> str:
        """`23 november 2026 kl. 23.59 (svensk tid, CET)`: the zone is named, readers may be
        abroad."""
        local = at.astimezone(SWEDEN)
        return texts("chassis", self.locale)(
            "design.moment",
            day=self.day(local.date()),
            time=format_datetime(local, self._clock(), locale=BABEL[self.locale]),
            zone=local.tzname(),
        )

    def short(self, at: datetime) -> str:
        """`23 nov. 2026 23.59`, where many stand in a list; Swedish time."""
        local = at.astimezone(SWEDEN)
        return format_datetime(local, f"d MMM y {self._clock()}", locale=BABEL[self.locale])

    def day(self, day: date) -> str:
        """`23 november 2026`."""
        return format_date(day, "d MMMM y", locale=BABEL[self.locale])

    def number(self, number: int) -> str:
        """`12 345`."""
        return format_decimal(number, locale=BABEL[self.locale])

    def _clock(self) -> str:
        return "HH.mm" if self.locale == "sv" else "HH:mm"
