"""The ways that every page offers, by what somebody is."""

from dataclasses import dataclass

from contracts.fields import EntryPoint
from portal.session import Session


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the two pages from which a bureau works (R9). path: its address; what belongs to it
    lies below. title: a key of the catalogue."""

    name: EntryPoint
    path: str
    title: str


ENTRIES = (
    Entry("client_manager", "/klienthanteraren", "nav.client_manager"),
    Entry("digital_bureau", "/digital-byra", "nav.digital_bureau"),
)
CONNECT = "/koppla-klient"
"""Below an entry's path."""
REQUESTS = "/forfragningar"
SUPPORT = "/kundtjanst"
FORMS = "/blanketter"


@dataclass(frozen=True, slots=True)
class Way:
    """path, a key of the catalogue, and whether the page lies there or below."""

    path: str
    text: str
    current: bool


def navigation(session: Session | None, path: str) -> list[Way]:
    """In order; empty for whoever is not signed in."""
    ways: list[tuple[str, str]] = []
    if session is not None and session.is_bureau:
        ways += [(one.path, one.title) for one in ENTRIES if one.name in session.entry_points]
        ways.append((REQUESTS, "nav.requests"))
    if session is not None and session.is_support:
        ways.append((SUPPORT, "nav.support"))
    return [Way(to, text, path == to or path.startswith(f"{to}/")) for to, text in ways]


def home(session: Session) -> str:
    """Where somebody begins: the first of her ways, else the page that says that there is none."""
    ways = navigation(session, "")
    return ways[0].path if ways else "/ingen-sida"
