"""`koppla status`: what each service says of itself."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from koppla.embedded.folder import read_run
from koppla.issuer import DevelopmentIssuer
from koppla.profile import SERVICES


class NotRunning(Exception):
    """One line that says where nothing runs."""


def show(data: Path, *, as_json: bool) -> str:
    """A table, or {items[…]}. Raises NotRunning."""
    run = read_run(data)
    if run is None:
        raise NotRunning(f"nothing runs in {data}: start `koppla up`")
    items = [_of(str(run["url"]), name, data) for name in SERVICES]
    if as_json:
        return json.dumps({"items": items}, indent=2)
    table = Table("service", "ready", "lag", "outbox", "oldest s", "parked", "dead letters")
    for item in items:
        outbox = item["outbox"]
        table.add_row(
            item["service"],
            "yes" if item["ready"] else "no",
            str(sum(item["consumer_lag"].values())),
            str(outbox["backlog"]),
            str(outbox["oldest_seconds"]),
            str(outbox["parked"]),
            str(item["dead_letters"]),
        )
    console = Console()
    with console.capture() as captured:
        console.print(table)
    return captured.get().rstrip()


def _of(url: str, service: str, data: Path) -> dict[str, Any]:
    token = DevelopmentIssuer(data).token("koppla-status", ["ops"], ttl=60)
    try:
        answer = httpx.get(
            f"{url}/v1/ops/{service}/status",
            headers={"authorization": f"Bearer {token}"},
            timeout=10,
        )
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise NotRunning(f"{service} at {url} does not answer: {type(error).__name__}") from None
    said: dict[str, Any] = answer.json()
    return {"checked_at": int(time.time()), **said}
