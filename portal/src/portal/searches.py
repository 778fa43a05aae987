"""What somebody searched for or typed off, sealed in the address of the page that shows it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Literal

from portal.sealing import Keys

Kind = Literal["search", "lookup", "paper-form"]
_TTL = timedelta(hours=12)
_SUB = "sub"


class Searches:
    """Each for the pages of its kind, and for who made it: an address stays in a browser's history,
    where the next one at it may be of another bureau."""

    def __init__(self, keys: Keys) -> None:
        kinds: tuple[Kind, ...] = ("search", "lookup", "paper-form")
        self._seals = {kind: keys.seal(kind) for kind in kinds}

    def close(self, kind: Kind, sub: str, typed: dict[str, str]) -> str:
        return self._seals[kind].close({_SUB: sub, "typed": typed})

    def open(
        self, kind: Kind, sub: str, sealed: str, fields: Collection[str]
    ) -> dict[str, str] | None:
        """fields: those that it must have. None for what is another person's, of another kind, or
        too old."""
        kept = self._seals[kind].open(sealed, _TTL) if sealed else None
        if not isinstance(kept, dict) or kept.get(_SUB) != sub:
            return None
        typed = kept.get("typed")
        if not isinstance(typed, dict) or not set(fields) <= typed.keys():
            return None
        return {str(name): str(value) for name, value in typed.items()}
