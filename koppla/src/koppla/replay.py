"""`koppla replay`: asks a service to publish again, page by page."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from koppla.ops_client import OpsClient, OpsRefused
from koppla.profile import SERVICES

_AGO = re.compile(r"([0-9]{1,6})([hms])", re.ASCII)
_UNITS = {"h": "hours", "m": "minutes", "s": "seconds"}


def replay(data: Path, service: str, since: str | None, key: str | None, *, snapshot: bool) -> int:
    """How many events the service publishes again. since: RFC 3339, or as long ago as `24h`.

    Raises NotRunning, OpsRefused.
    """
    if service not in SERVICES:
        raise OpsRefused(f"no such service: {service}; one of {', '.join(SERVICES)}")
    asked: dict[str, Any] = {"snapshot": snapshot}
    asked |= {} if since is None else {"since": _moment(since)}
    asked |= {} if key is None else {"key": key}
    return replayed(OpsClient(data), service, asked)


def replayed(client: OpsClient, service: str, asked: dict[str, Any]) -> int:
    """As the service's ReplayIn says, from its first page to its last."""
    events = 0
    while True:
        done = client.post(f"/v1/ops/{service}/replay", asked)
        events += int(done["events"])
        if done["next_cursor"] is None:
            return events
        asked = {**asked, "cursor": done["next_cursor"]}


def _moment(since: str) -> str:
    ago = _AGO.fullmatch(since)
    if ago is None:
        return since
    at = datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    return at.isoformat()
