"""The audit trail's chain: what an entry's hash covers, and how anybody checks a chain of them.

Each tenant has a chain of its own. An entry's hash covers the entry and the hash before it; what is
of a person lies beside the entry, under a salt, and the entry holds only its digest. So a person
can be erased and the chain still holds, while a changed, removed or reordered entry breaks it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

NO_TENANT = "-"
"""The chain of acts that concern no tenant: changes of exclusion rules."""
START = "0" * 64
"""What stands before the first entry of a chain."""
KEPT_YEARS = 7
ERASURE: Final = "person_erased"
ERASED_HERE = "trail_rows"
"""The fact of an erasure that says how many entries lost their person by it."""


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


@dataclass(frozen=True, slots=True)
class Head:
    """A chain as it was exported: its newest entry, and of each day (UTC) its first one's seq."""

    seq: int
    hash: str
    at: datetime
    days: tuple[tuple[int, date], ...]


class Verifier:
    """Checks entries as they come, chain by chain in the order of `seq`.

    anchors: by chain, (seq, hash) of the last entry that retention has taken away. heads: by
    chain, as they were exported earlier; what was there then must be there still, unless it is
    older than KEPT_YEARS by now. An anchor alone proves nothing: who may delete may also write one.
    """

    def __init__(
        self,
        anchors: Mapping[str, tuple[int, str]] | None = None,
        heads: Mapping[str, Head] | None = None,
        now: datetime | None = None,
    ) -> None:
        self._anchors = dict(anchors or {})
        self._exported = dict(heads or {})
        self._kept_since = _years_before(now or datetime.now(UTC), KEPT_YEARS)
        self._heads: dict[str, Head] = {}
        self._reached: set[str] = set()
        self._told_erased = 0
        self.erased = 0
        self.entries = 0

    @property
    def heads(self) -> dict[str, Head]:
        """By chain, what to export of the entries seen."""
        return dict(self._heads)

    def check(self, entry: Entry, beside: Beside | None) -> list[str]:
        """What is wrong with the entry, in words without personal data; empty when nothing is."""
        self.entries += 1
        known = self._heads.get(entry.chain)
        days = () if known is None else known.days
        if known is not None:
            seq, previous = known.seq, known.hash
        else:
            seq, previous = self._anchors.get(entry.chain, (0, START))
        day = entry.at.astimezone(UTC).date()
        if not days or days[-1][1] != day:
            days = (*days, (entry.seq, day))
        self._heads[entry.chain] = Head(entry.seq, entry.hash, entry.at, days)
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
        if entry.action == ERASURE:
            self._told_erased += int(entry.facts.get(ERASED_HERE, 0))
        exported = self._exported.get(entry.chain)
        if exported is not None and exported.seq == entry.seq:
            self._reached.add(entry.chain)
            if exported.hash != entry.hash:
                wrong.append("is not the entry that was exported")
        return [f"{entry.chain}:{entry.seq} {what}" for what in wrong]

    def missing(self) -> list[str]:
        """What is not there any more and ought to be; ask when all entries were checked."""
        wrong = [
            sentence
            for chain, head in sorted(self._exported.items())
            for sentence in self._gone(chain, head)
        ]
        if self.erased > self._told_erased:
            wrong.append(
                f"{self.erased} entries have lost their person,"
                f" the trail tells of {self._told_erased}"
            )
        return wrong

    def _gone(self, chain: str, head: Head) -> list[str]:
        seq, seal = self._anchors.get(chain, (0, START))
        if chain not in self._reached:
            by_retention = head.at < self._kept_since and (
                seq > head.seq or (seq, seal) == (head.seq, head.hash)
            )
            return [] if by_retention else [f"{chain}:{head.seq} was exported and is gone"]
        # Of the day on which seven years end, some may have gone; of later ones nothing.
        kept = (first for first, day in head.days if day > self._kept_since.date())
        young = next(kept, None)
        if young is not None and seq >= young:
            return [f"{chain}:{young} was exported and taken away before its time"]
        return []


def _years_before(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:  # the 29th of February
        return moment.replace(year=moment.year - years, day=28)


def verify(entries: Iterable[tuple[Entry, Beside | None]]) -> list[str]:
    """What is wrong with whole chains that begin at their first entry; empty when nothing is."""
    verifier = Verifier()
    wrong = [wrong for entry, beside in entries for wrong in verifier.check(entry, beside)]
    return wrong + verifier.missing()
