"""Instants as Swedish clocks show them, in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def moment(value: str, locale: str) -> str:
    """Weekday, date and time with the zone's name, which tells both 2.30s of an October night
    apart. value: RFC 3339."""
    at = datetime.fromisoformat(value).astimezone(_STOCKHOLM)
    day = f"{_WEEKDAYS[locale][at.weekday()]} {at.day} {_MONTHS[locale][at.month - 1]} {at.year}"
    if locale == "sv":
        return f"{day} kl. {at:%H.%M} (svensk tid, {at.tzname()})"
    return f"{day} at {at:%H:%M} (Swedish time, {at.tzname()})"
