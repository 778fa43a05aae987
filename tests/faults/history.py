"""What clients asked and were answered, in the order in which it happened."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["invoked", "ok", "failed", "unknown"]


@dataclass
class Operation:
    """One call of one client.

    about: what it was about, as ids. began, ended: seconds since the history's start. failed: the
    system said no, with `code`; unknown: it said nothing, or that it could not (5xx).
    """

    number: int
    name: str
    about: dict[str, Any]
    began: float
    ended: float | None = None
    outcome: Outcome = "invoked"
    code: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)


class History:
    """Kept in memory for the judge, and as JSON lines in `file` for people."""

    def __init__(self, file: Path) -> None:
        self.operations: list[Operation] = []
        self._file = file.open("w", encoding="utf-8")
        self._zero = time.monotonic()

    def now(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._zero

    def invoke(self, name: str, **about: Any) -> Operation:
        operation = Operation(len(self.operations), name, about, self.now())
        self.operations.append(operation)
        return operation

    def settle(
        self,
        operation: Operation,
        outcome: Outcome,
        code: str | None = None,
        answer: dict[str, Any] | None = None,
    ) -> None:
        operation.ended = self.now()
        operation.outcome = outcome
        operation.code = code
        operation.answer = answer or {}
        self._file.write(json.dumps(asdict(operation), default=str) + "\n")
        self._file.flush()

    def of(self, name: str, outcome: Outcome = "ok") -> Iterator[Operation]:
        return (one for one in self.operations if one.name == name and one.outcome == outcome)

    def between(self, began: float) -> Counter[str]:
        """How many operations ended since, by outcome."""
        ended = (one for one in self.operations if one.ended is not None and one.ended >= began)
        return Counter(one.outcome for one in ended)

    def close(self) -> None:
        self._file.close()
