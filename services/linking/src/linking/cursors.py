"""Cursors of lists: where the next page begins, as (sort value, id), so that ties stay stable."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from contracts.fields import plain_text


class CursorError(ValueError):
    """Not a cursor that this list gave."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """sort: the order it belongs to. value: the last item's sort value. id: the last item's."""

    sort: str
    value: datetime | str
    id: UUID

    def __str__(self) -> str:
        timed = isinstance(self.value, datetime)
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        text = json.dumps([self.sort, timed, value, str(self.id)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, sort: str, *, timed: bool) -> "Cursor":
        """The cursor of a list in this order; raises CursorError for anything else."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
            given, is_time, value, last = json.loads(raw)
            if given != sort or is_time is not timed or not isinstance(value, str):
                raise ValueError("another order's")
            if not timed:
                return cls(sort, plain_text(value), UUID(last))
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError("without a time zone")
            return cls(sort, moment.astimezone(UTC), UUID(last))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
            raise CursorError("is not a cursor of this list") from None
