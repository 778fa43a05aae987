"""`koppla person`: one person's data across the services, shown and erased."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from koppla.ops_client import OpsClient
from koppla.profile import SERVICES
from koppla.tables import as_text

TOPICS_TOO = (
    "Topics still hold events that name the person until their retention ends: 14 days, and 30"
    " days for dead letters."
)


def export(data: Path, user_id: str) -> str:
    """All that any service holds, as one JSON document. Raises NotRunning, OpsRefused."""
    client = OpsClient(data)
    found = {name: client.get(_path(name, user_id)) for name in SERVICES}
    document = {
        "user_id": user_id,
        "at": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "services": {name: said["held"] for name, said in found.items()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def erase(data: Path, user_id: str, reason: str, *, as_json: bool) -> str:
    """Erases what no law keeps, in every service or in none that still has her in its directory.

    Raises NotRunning, OpsRefused.
    """
    client = OpsClient(data)
    # Those that know the directory first, so that a refusal comes before anything is erased.
    order = sorted(SERVICES, key=lambda name: name not in ("linking", "activation"))
    erased: dict[str, dict[str, Any]] = {}
    for name in order:
        erased[name] = client.post(_path(name, user_id) + "/erase", {"reason": reason})["erased"]
    items = [
        {"service": name, "of": of, "rows": rows}
        for name, each in erased.items()
        for of, rows in each.items()
    ]
    if as_json:
        return json.dumps({"items": items}, indent=2)
    table = Table("service", "of", "rows")
    for item in items:
        table.add_row(item["service"], item["of"], str(item["rows"]))
    return f"{as_text(table)}\n{TOPICS_TOO}"


def _path(service: str, user_id: str) -> str:
    return f"/v1/ops/{service}/persons/{user_id}"
