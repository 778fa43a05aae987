"""`koppla dead-letters`: the letters of all services in one list, each settled where it lies."""

import json
from pathlib import Path
from typing import Any

from rich.table import Table

from koppla.ops_client import OpsClient, OpsRefused
from koppla.profile import SERVICES
from koppla.tables import as_text

_SETTLED = ("retried", "superseded")


def listed(
    data: Path, service: str | None, topic: str | None, status: str, *, as_json: bool
) -> str:
    """A table, or {items[…]}. Raises NotRunning, OpsRefused."""
    client = OpsClient(data)
    asked = {"status": status, "limit": 200} | ({} if topic is None else {"topic": topic})
    items = [
        {"service": name, **item}
        for name in _services(service)
        for page in client.pages(_path(name), **asked)
        for item in page["items"]
    ]
    items.sort(key=lambda item: str(item["created_at"]), reverse=True)
    if as_json:
        return json.dumps({"items": items}, indent=2, ensure_ascii=False)
    table = Table("id", "service", "topic", "key", "type", "status", "attempts", "error")
    for item in items:
        table.add_row(
            item["id"],
            item["service"],
            item["topic"],
            item["key"] or "–",
            item["type"] or "–",
            item["status"],
            str(item["attempts"]),
            item["error"][:120],
        )
    return as_text(table) if items else "No dead letters."


def shown(data: Path, letter_id: str, service: str | None, *, as_json: bool) -> str:
    """One letter with all that is known of it. Raises NotRunning, OpsRefused."""
    return _written(_find(OpsClient(data), letter_id, service), as_json=as_json)


def retry(
    data: Path, letter_id: str, reason: str | None, service: str | None, *, as_json: bool
) -> tuple[bool, str]:
    """Whether it is settled now, and the letter. Raises NotRunning, OpsRefused."""
    client = OpsClient(data)
    found = _find(client, letter_id, service)
    body = {} if reason is None else {"reason": reason}
    letter = client.post(f"{_path(found['service'])}/{letter_id}/retry", body)
    said = _written({"service": found["service"], **letter}, as_json=as_json)
    return letter["status"] in _SETTLED, said


def discard(data: Path, letter_id: str, reason: str, service: str | None, *, as_json: bool) -> str:
    """The letter afterwards. Raises NotRunning, OpsRefused."""
    client = OpsClient(data)
    found = _find(client, letter_id, service)
    letter = client.post(f"{_path(found['service'])}/{letter_id}/discard", {"reason": reason})
    return _written({"service": found["service"], **letter}, as_json=as_json)


def _find(client: OpsClient, letter_id: str, service: str | None) -> dict[str, Any]:
    """The letter, with the service that has it; ids are unique, so the first one is it."""
    if not letter_id or "/" in letter_id:
        raise OpsRefused("NOT_FOUND: that is no dead letter's id")
    for name in _services(service):
        try:
            return {"service": name, **client.get(f"{_path(name)}/{letter_id}")}
        except OpsRefused as error:
            if not str(error).startswith("NOT_FOUND"):
                raise
    raise OpsRefused(f"NOT_FOUND: no dead letter {letter_id}")


def _services(named: str | None) -> tuple[str, ...]:
    if named is not None and named not in SERVICES:
        raise OpsRefused(f"no such service: {named}; one of {', '.join(SERVICES)}")
    return SERVICES if named is None else (named,)


def _path(service: str) -> str:
    return f"/v1/ops/{service}/dead-letters"


def _written(letter: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(letter, indent=2, ensure_ascii=False)
    lines = [
        f"{name}: {value}"
        for name, value in letter.items()
        if name not in ("headers", "value", "acts") and value is not None
    ]
    lines += [f"header {name}: {value}" for name, value in letter["headers"]]
    lines += [
        f"{act['at']} {act['action']} by {act['by']}: {act['outcome']}"
        + (f" ({act['reason']})" if act["reason"] else "")
        for act in letter["acts"]
    ]
    return "\n".join([*lines, f"value: {letter['value']}"])
