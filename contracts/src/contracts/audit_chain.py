"""The audit trail's chain: what an entry's hash covers, and how anybody checks a chain of them.

Each tenant has a chain of its own. An entry's hash covers the entry and the hash before it; what is
of a person lies beside the entry, under a salt, and the entry holds only its digest. So a person
can be erased and the chain still holds, while a changed, removed or reordered entry breaks it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NO_TENANT = "-"
"""The chain of acts that concern no tenant: changes of exclusion rules."""
START = "0" * 64
"""What stands before the first entry of a chain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. seq: its place in the chain, from 1. facts: JSON values, nothing personal.

    person_digest, shown_digest, previous, hash: SHA-256, 64 hex digits; the first two None where
    the clock or the directory acted, or nothing was shown.
    """

    chain: str
    seq: int
    at: datetime
    action: str
    subject: str
    bureau_id: str | None
    side: str | None
    facts: Mapping[str, Any]
    person_digest: str | None
    shown_digest: str | None
    previous: str
    hash: str = ""

    def seal(self) -> str:
        """What `hash` must be."""
        covered = {
            "chain": self.chain,
            "seq": self.seq,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "action": self.action,
            "subject": self.subject,
            "bureau_id": self.bureau_id,
            "side": self.side,
            "facts": self.facts,
            "person_digest": self.person_digest,
            "shown_digest": self.shown_digest,
            "previous": self.previous,
        }
        return hashlib.sha256(_canonical(covered)).hexdigest()


@dataclass(frozen=True, slots=True)
class Beside:
    """What is of a person in one entry, as long as it is not erased. salt: 64 hex digits."""

    salt: str
    person: Mapping[str, Any]
    shown: str | None

    def person_digest(self) -> str:
        return hashlib.sha256(bytes.fromhex(self.salt) + _canonical(self.person)).hexdigest()

    def shown_digest(self) -> str | None:
        if self.shown is None:
            return None
        return hashlib.sha256(bytes.fromhex(self.salt) + self.shown.encode()).hexdigest()


def _canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_refuse
    ).encode()


def _refuse(value: object) -> object:
    raise TypeError(f"not a JSON value: {type(value).__name__}")


class Verifier:
    """Checks entries as they come, chain by chain in the order of `seq`.

    anchors: by chain, (seq, hash) of the last entry that retention has taken away. heads: by
    chain, (seq, hash) as they were exported earlier; what was there then must be there still.
    """

    def __init__(
        self,
        anchors: Mapping[str, tuple[int, str]] | None = None,
        heads: Mapping[str, tuple[int, str]] | None = None,
    ) -> None:
        self._anchors = dict(anchors or {})
        self._heads = dict(heads or {})
        self._last: dict[str, tuple[int, str]] = {}
        self.erased = 0
        self.entries = 0

    @property
    def last(self) -> dict[str, tuple[int, str]]:
        """By chain, (seq, hash) of the newest entry seen: the heads to export."""
        return dict(self._last)

    def check(self, entry: Entry, beside: Beside | None) -> list[str]:
        """What is wrong with the entry, in words without personal data; empty when nothing is."""
        self.entries += 1
        seq, previous = self._last.get(entry.chain) or self._anchors.get(entry.chain) or (0, START)
        self._last[entry.chain] = (entry.seq, entry.hash)
        wrong = []
        if entry.seq != seq + 1:
            wrong.append(f"follows {seq}: entries are missing or doubled")
        elif entry.previous != previous:
            wrong.append("does not continue the entry before it")
        if entry.seal() != entry.hash:
            wrong.append("was changed")
        if beside is None:
            self.erased += entry.person_digest is not None
        elif (beside.person_digest(), beside.shown_digest()) != (
            entry.person_digest,
            entry.shown_digest,
        ):
            wrong.append("its person or its text was changed")
        head = self._heads.get(entry.chain)
        if head is not None and head[0] == entry.seq and head[1] != entry.hash:
            wrong.append("is not the entry that was exported")
        return [f"{entry.chain}:{entry.seq} {what}" for what in wrong]

    def missing(self) -> list[str]:
        """Exported heads that no chain reaches any more; ask when all entries were checked."""
        return [
            f"{chain}:{seq} was exported and is gone"
            for chain, (seq, _) in sorted(self._heads.items())
            if max(self._last.get(chain, (0, ""))[0], self._anchors.get(chain, (0, ""))[0]) < seq
        ]


def verify(entries: Iterable[tuple[Entry, Beside | None]]) -> list[str]:
    """What is wrong with whole chains that begin at their first entry; empty when nothing is."""
    verifier = Verifier()
    return [wrong for entry, beside in entries for wrong in verifier.check(entry, beside)]
