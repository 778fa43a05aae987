"""Templates: MAIL/LOCALE/{subject.txt, body.txt, body.html} and what they can use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "templates"
LOCALES = ("sv", "en")
_STOCKHOLM = ZoneInfo("Europe/Stockholm")
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


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    text: str
    html: str


def render(mail: str, locale: str, data: Mapping[str, Any]) -> Rendered:
    """The mail's words. data: what was kept with the delivery, with `name` and, where the mail
    has one, `link`. Raises jinja2.UndefinedError for a word that the data lacks."""
    known = {key: _defused(value) for key, value in data.items() if key != "link"}
    known["locale"] = locale
    if "link" in data:
        known["link"] = data["link"]
    where = f"{mail}/{locale}"
    known["subject"] = " ".join(_TEXT.get_template(f"{where}/subject.txt").render(known).split())
    text = _TEXT.get_template(f"{where}/body.txt").render(known)
    html = _HTML.get_template(f"{where}/body.html").render(known)
    return Rendered(known["subject"], re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html)


def moment(value: str, locale: str) -> str:
    """An instant as Swedish clocks show it, with the zone's name: both 2.30s of an October night
    are told apart."""
    at = datetime.fromisoformat(value).astimezone(_STOCKHOLM)
    month = _MONTHS[locale][at.month - 1]
    if locale == "sv":
        return f"{at.day} {month} {at.year} kl. {at:%H.%M} (svensk tid, {at.tzname()})"
    return f"{at.day} {month} {at.year} at {at:%H:%M} (Swedish time, {at.tzname()})"


def quoted(text: str) -> str:
    """Somebody else's words in a text part: every line behind `> `, so that none poses as ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _defused(value: Any) -> Any:
    """Text in which mail programs find nothing to make a link of: an invisible joiner splits it.

    The mail comes from us, so a bureau that is named like a web address would phish in our name.
    """
    if isinstance(value, str):
        return re.sub(r"(?i)(:)(?=//)|\b(www)(?=\.)", lambda m: m[0] + "\u2060", value)
    if isinstance(value, Mapping):
        return {key: _defused(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_defused(item) for item in value]
    return value


def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=html,  # noqa: S701 (the text parts are no HTML)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["moment"] = moment
    environment.filters["quoted"] = quoted
    return environment


_TEXT = _environment(html=False)
_HTML = _environment(html=True)
