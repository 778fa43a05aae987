"""Writes the API's documents, and judges them.

    python -m koppla.api_documents             rewrites docs/api from the code
    python -m koppla.api_documents --check     says what is stale, and what breaks a release
    python -m koppla.api_documents --release   makes the code's OpenAPI document the released one

`released/openapi.v1.json` is what clients were made by. Nothing but `--release` writes it, and that
refuses a breaking change. Events have released schemas of their own: see contracts.schemas.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from koppla.api.breaks import breaks
from koppla.api.committed import HOME, OPENAPI, RELEASED, generated, read, text

REWRITE = "python -m koppla.api_documents"
RELEASE = f"{REWRITE} --release"
Documents = Mapping[str, Mapping[str, Any]]


def stale(home: Path, documents: Documents) -> list[str]:
    """The files that don't hold what the code says, a line each."""
    return [
        f"{name} is stale: {REWRITE}"
        for name, document in documents.items()
        if not (home / name).exists() or (home / name).read_text("utf-8") != text(document)
    ]


def broken(home: Path, documents: Documents) -> list[str]:
    """What breaks what has been released, a line each."""
    released = read(home / RELEASED)
    if released is None:
        return [f"nothing has been released yet: {RELEASE}"]
    return breaks(released, documents[OPENAPI])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=REWRITE, description="The API's documents.")
    parser.add_argument("--home", type=Path, default=HOME, help="where the documents lie")
    task = parser.add_mutually_exclusive_group()
    task.add_argument("--check", action="store_true", help="change nothing; 1 if anything is wrong")
    task.add_argument("--release", action="store_true", help="declare it released, too")
    given = parser.parse_args(arguments)
    documents = generated()
    if given.check:
        wrong = [*stale(given.home, documents), *broken(given.home, documents)]
        return _say(wrong, "the API's documents are as the code says, and break nothing")
    if given.release and (given.home / RELEASED).exists():
        wrong = broken(given.home, documents)
        if wrong:
            return _say([*wrong, "nothing was released"], "")
    written = {**documents, **({RELEASED: documents[OPENAPI]} if given.release else {})}
    for name, document in written.items():
        (given.home / name).parent.mkdir(parents=True, exist_ok=True)
        (given.home / name).write_text(text(document), encoding="utf-8", newline="\n")
    return _say([], f"{len(written)} documents written to {given.home}")


def _say(wrong: Sequence[str], well: str) -> int:
    """What is wrong, on standard error, or that all is well; the exit code."""
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    sys.stdout.write(well + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
