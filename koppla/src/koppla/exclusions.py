"""`koppla exclusions`: who may not use the digital route, as rules that operators change."""

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from koppla.ops_client import OpsClient
from koppla.tables import as_text

_PATH = "/v1/ops/linking/exclusions"


def listed(data: Path, *, as_json: bool) -> str:
    """All rules. Raises NotRunning, OpsRefused."""
    return _shown(OpsClient(data).get(_PATH), as_json=as_json)


def add(data: Path, kind: str, value: str, *, as_json: bool) -> str:
    """All rules, this one among them; published when it returns. Raises NotRunning, OpsRefused."""
    return _shown(OpsClient(data).post(_PATH, {"kind": kind, "value": value}), as_json=as_json)


def remove(data: Path, kind: str, value: str, *, as_json: bool) -> str:
    """All rules, without this one. Raises NotRunning, OpsRefused."""
    body = {"kind": kind, "value": value}
    return _shown(OpsClient(data).post(f"{_PATH}/remove", body), as_json=as_json)


def _shown(answer: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(answer, indent=2, ensure_ascii=False)
    table = Table("kind", "value", "since")
    for item in answer["items"]:
        table.add_row(item["kind"], item["value"], item["added_at"])
    return as_text(table)
