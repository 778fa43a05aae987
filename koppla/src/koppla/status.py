"""`koppla status`: what each service says of itself."""

import json
import time
from pathlib import Path
from typing import Any

from rich.table import Table

from koppla.ops_client import OpsClient
from koppla.profile import SERVICES
from koppla.tables import as_text


def show(data: Path, *, as_json: bool) -> str:
    """A table, or {items[…]}. Raises NotRunning, OpsRefused."""
    client = OpsClient(data)
    items = [_of(client, name) for name in SERVICES]
    if as_json:
        return json.dumps({"items": items}, indent=2)
    table = Table("service", "ready", "lag", "outbox", "oldest s", "parked", "dead letters")
    for item in items:
        outbox, lag = item["outbox"], item["consumer_lag"]
        table.add_row(
            item["service"],
            "yes" if item["ready"] else "no",
            "?" if lag is None else str(sum(lag.values())),
            str(outbox["backlog"]),
            str(outbox["oldest_seconds"]),
            str(outbox["parked"]),
            str(item["dead_letters"]),
        )
    return as_text(table)


def _of(client: OpsClient, service: str) -> dict[str, Any]:
    return {"checked_at": int(time.time()), **client.get(f"/v1/ops/{service}/status")}
