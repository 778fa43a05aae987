"""Which bureaus may not use the digital route (R11-R13): pure rules over rule rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from contracts.events.linking import EXCLUDED

Kind = Literal["group", "bureau", "multi_company_setup"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """eligible: may use the digital route. reason: why not, None if it may."""

    eligible: bool
    reason: str | None = None


def key_of(kind: str, value: str) -> str:
    """A value as it is compared: groups trimmed and caseless, bureau ids as they are written."""
    return value.strip() if kind == "bureau" else value.strip().casefold()


def verdict(
    rules: Iterable[tuple[str, str]], bureau_id: str, group: str | None, multi_company_setup: bool
) -> Verdict:
    """What the rules, as (kind, key) pairs, say of a bureau."""
    facts = {
        ("bureau", key_of("bureau", bureau_id)),
        ("multi_company_setup", str(multi_company_setup).lower()),
    }
    if group is not None:
        facts.add(("group", key_of("group", group)))
    return Verdict(True) if facts.isdisjoint(rules) else Verdict(False, EXCLUDED)
