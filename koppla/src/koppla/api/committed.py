"""The documents as they are committed, in docs/api: and as the code says them now."""

import json
from functools import cache
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[4] / "docs" / "api"
OPENAPI = "openapi.json"
ASYNCAPI = "asyncapi.json"
RELEASED = "released/openapi.v1.json"


@cache
def generated() -> dict[str, dict[str, Any]]:
    """Each document by its file, as the code says now."""
    from koppla.api import asyncapi, openapi
    from koppla.api.described import services

    described = services()
    return {
        OPENAPI: openapi.merged([service.http for service in described]),
        ASYNCAPI: asyncapi.document(described),
    }


def text(document: Any) -> str:
    """JSON as it is committed: indented, å ä ö as they are, one line feed at the end."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read(file: Path) -> dict[str, Any] | None:
    """A committed document; None where there is none."""
    if not file.exists():
        return None
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
