"""JSON Schemas of the events, and what of them has been released.

    python -m contracts.schemas             rewrites schemas/NAME.v1.json from the code
    python -m contracts.schemas --release   makes the code's schemas the released ones

`released/v1.json` holds what is out: all that is retained in topics and all consumers that run
were made by it. Nothing but `--release` writes it, and that refuses a breaking change: such a one
needs a new version, topic and schema.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.compatibility import breaks
from contracts.events.catalogue import EVENTS
from contracts.events.event import Event

HOME = Path(__file__).resolve().parents[2]
REWRITE = "python -m contracts.schemas"
RELEASE = f"{REWRITE} --release"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's value. `x-topic` says where it stands and by which key."""
    topic = event.topic
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-topic": {"name": topic.name, "key": topic.key, "partitions": topic.partitions},
        **event.model_json_schema(),
    }


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event by its `ce_type`, as the code says now."""
    return {event.type_name(): schema_of(event) for event in EVENTS}


def text(document: Any) -> str:
    """JSON as it is committed: indented, å ä ö as they are, one line feed at the end."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(folder: Path) -> list[Path]:
    """Makes `folder` hold NAME.v1.json of every event and no other schema; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{name}.v1.json": text(schema) for name, schema in schemas().items()}
    for left_over in set(folder.glob("*.json")) - set(files):
        left_over.unlink()
    for file, content in files.items():
        file.write_text(content, encoding="utf-8", newline="\n")
    return list(files)


def released(file: Path) -> dict[str, Any]:
    """The released schemas by event; none where nothing has been released yet."""
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return found


def release(file: Path) -> list[str]:
    """Makes the code's schemas the released ones, or says what would break and changes nothing."""
    broken = breaks(released(file), schemas())
    if not broken:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(schemas()), encoding="utf-8", newline="\n")
    return broken


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=REWRITE, description="Writes the events' JSON Schemas.")
    parser.add_argument("--home", type=Path, default=HOME, help="where schemas/ and released/ lie")
    parser.add_argument("--release", action="store_true", help="declare them released, too")
    given = parser.parse_args(arguments)
    if given.release:
        broken = release(given.home / "released" / "v1.json")
        if broken:
            sys.stderr.write("\n".join([*broken, "nothing was released"]) + "\n")
            return 1
    sys.stdout.write(f"{len(write(given.home / 'schemas'))} schemas written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
