"""`koppla audit`: proves the audit trail by computing every hash anew, here and not in the service.

Heads that were exported earlier prove more: that nothing was cut off or made anew since.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from contracts.audit_chain import Beside, Entry, Head, Verifier
from koppla.ops_client import OpsClient

_PATH = "/v1/ops/linking/audit-chain"
Heads = dict[str, Head]


class HeadsUnreadable(Exception):
    """One line that says what is wrong with a file of heads."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """wrong: sentences, each with its entry; empty when the trail holds. heads: to be exported."""

    entries: int
    erased: int
    wrong: list[str]
    heads: Heads


def verify(data: Path, exported: Path | None) -> Verdict:
    """Checks all chains. Raises NotRunning, OpsRefused, HeadsUnreadable."""
    return check(OpsClient(data).pages(_PATH, limit=1000), read_heads(exported))


def check(pages: Iterable[dict[str, Any]], exported: Heads) -> Verdict:
    """Checks entries as `GET /v1/ops/linking/audit-chain` gives them."""
    verifier: Verifier | None = None
    wrong: list[str] = []
    for page in pages:
        if verifier is None:
            anchors = {chain: (place[0], place[1]) for chain, place in page["anchors"].items()}
            verifier = Verifier(anchors, exported)
        for row in page["items"]:
            at = _moment(row["entry"]["at"])
            beside = None if row["beside"] is None else Beside(**row["beside"])
            wrong += verifier.check(Entry(**{**row["entry"], "at": at}), beside)
    assert verifier is not None  # there is always a first page
    return Verdict(verifier.entries, verifier.erased, wrong + verifier.missing(), verifier.heads)


def write_heads(heads: Heads, out: Path) -> None:
    """One JSON object a line: {chain, seq, hash, at, days: [[seq, day]]}; in ISO 8601."""
    lines = [
        json.dumps({"chain": chain, **asdict(head)}, default=lambda moment: moment.isoformat())
        for chain, head in sorted(heads.items())
    ]
    out.write_text("".join(line + "\n" for line in lines), "utf-8")


def read_heads(path: Path | None) -> Heads:
    """What `write_heads` wrote; nothing for no file. Raises HeadsUnreadable."""
    if path is None:
        return {}
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        if not lines:
            raise ValueError("there are none")
        return {
            str(line["chain"]): Head(
                seq=int(line["seq"]),
                hash=str(line["hash"]),
                at=_moment(line["at"]),
                days=tuple((int(seq), date.fromisoformat(day)) for seq, day in line["days"]),
            )
            for line in lines
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise HeadsUnreadable(f"{path}: not heads of an audit trail: {error}") from None


def _moment(said: str) -> datetime:
    moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{said} is without a time zone")
    return moment
