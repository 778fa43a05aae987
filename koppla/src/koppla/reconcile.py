"""`koppla reconcile`: whether what one service decided has arrived at the others, and mending it.

By the services' own ops API and not by their databases: it needs a token and no passwords, works
wherever the gateway is, and each service says itself what it holds (docs/decisions/0018).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from koppla import take_back
from koppla.ops_client import OpsClient, OpsRefused
from koppla.replay import replayed

Held = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """said: one line. mend: the service that shall publish again what it knows of record_key, and
    how; or whom linking shall hear, because it is behind itself. heard: that one's version and
    state."""

    said: str
    record_key: str
    mend: Literal["linking snapshot", "linking events", "notifier events", "activation", "search"]
    heard: tuple[int, str] = (0, "")


def differences(client: OpsClient, settle: float) -> list[Difference]:
    """What differs, and still does after what was under way has arrived. Raises NotRunning,
    OpsRefused. settle: seconds to wait for that at most."""
    found = _compared(client)
    deadline = time.monotonic() + settle
    while found and time.monotonic() < deadline:
        time.sleep(min(1.0, settle))
        still = set(_compared(client))
        # What came up meanwhile is under way itself.
        found = [one for one in found if one in still]
    return found


def mended(client: OpsClient, found: list[Difference]) -> tuple[int, list[str]]:
    """Publishes again what is missing, once a key; the number of events, and a line for each key
    that a service refused, which keeps no other key from being mended. Raises NotRunning."""
    wanted = {(one.mend, one.record_key): one.heard for one in found}
    events, refused = 0, []
    # By name, so that linking hears activation before it says anything again.
    for (mend, key), heard in sorted(wanted.items()):
        try:
            events += _mended(client, mend, key, heard)
        except OpsRefused as error:
            refused.append(f"{key}, by {mend}: {error}")
    return events, refused


def _mended(client: OpsClient, mend: str, key: str, heard: tuple[int, str]) -> int:
    if mend == "activation":
        return take_back.pair(client, key)
    if mend == "search":
        return take_back.bureau(client, key, *heard)
    service, _, what = mend.partition(" ")
    return replayed(client, service, {"snapshot": what == "snapshot", "key": key})


def reconcile(data: Path, *, settle: float, mend: bool, tell: Callable[[str], object]) -> bool:
    """Whether nothing differs, in the end, and nothing was refused. Raises NotRunning, or
    OpsRefused where a service does not say what it holds."""
    client = OpsClient(data)
    refused: list[str] = []
    found = differences(client, settle)
    for one in found:
        tell(one.said)
    if found and mend:
        events, refused = mended(client, found)
        tell(f"{events} events published again")
        found = differences(client, max(settle, 30.0))
        for one in found:
            tell(f"still: {one.said}")
    for line in refused:
        tell(f"refused: {line}")
    tell("Nothing differs." if not found else f"{len(found)} differences")
    return not found and not refused


def _compared(client: OpsClient) -> list[Difference]:
    # The ones that decide first: what they decide while the others are read is no difference then.
    links, bureaus = _held(client, "linking", "links"), _held(client, "linking", "bureaus")
    pairs = _held(client, "linking", "pairs")
    asked = _held(client, "linking", "mails")
    return [
        *_links(links, pairs, _held(client, "activation", "links")),
        *_bureaus(bureaus, _held(client, "search", "bureaus")),
        *_mails(asked, _held(client, "notifier", "mails")),
    ]


def _held(client: OpsClient, service: str, of: str) -> Held:
    pages = client.pages(f"/v1/ops/{service}/held/{of}", limit=1000)
    return {item["key"]: item for page in pages for item in page["items"]}


def _links(decided: Held, pairs: Held, known: Held) -> Iterator[Difference]:
    for key, link in decided.items():
        yield from _version(f"link {key}", link, known.get(key), "activation")
    for key in sorted(known.keys() - decided.keys()):
        # Of an ended one linking's row may have come to the end of its years; the pair's stays.
        if key not in pairs or pairs[key]["version"] < known[key]["version"]:
            said = f"link {key}: activation has it {_shown(known[key])}, linking does not know it"
            yield Difference(said, key, "activation")


def _bureaus(decided: Held, known: Held) -> Iterator[Difference]:
    for key, word in decided.items():
        yield from _version(f"bureau {key}", word, known.get(key), "search")
    for key in sorted(known.keys() - decided.keys()):
        said = f"bureau {key}: search knows it, linking does not"
        yield Difference(said, key, "search", _heard(known[key]))


def _version(
    what: str,
    decided: dict[str, Any],
    known: dict[str, Any] | None,
    who: Literal["activation", "search"],
) -> Iterator[Difference]:
    key = decided["record_key"]
    if known is None:
        said = f"{what}: linking has it {_shown(decided)}, {who} does not know it"
        yield Difference(said, key, "linking snapshot")
    elif known["version"] < decided["version"]:
        said = f"{what}: linking has it {_shown(decided)}, {who} {_shown(known)}"
        yield Difference(said, key, "linking snapshot")
    elif known["version"] > decided["version"]:
        said = f"{what}: linking is behind: {_shown(decided)}, {who} {_shown(known)}"
        yield Difference(said, key, who, _heard(known))
    elif known["state"] != decided["state"]:
        said = f"{what}: linking has it {_shown(decided)}, {who} {_shown(known)}, by one version"
        yield Difference(said, key, who, _heard(known))


def _mails(asked: Held, known: Held) -> Iterator[Difference]:
    for key, mail in asked.items():
        request_id, window, user_id = key.split(":", 2)
        what = f"mail to {user_id} of request {request_id}, sending {window}"
        delivery = known.get(key)
        if delivery is None:
            said = f"{what}: the notifier does not know it"
            yield Difference(said, mail["record_key"], "linking events")
        elif mail["state"] == "queued" and delivery["state"] in ("sent", "failed"):
            said = f"{what}: the notifier has it {delivery['state']}, linking {mail['state']}"
            yield Difference(said, mail["record_key"], "notifier events")


def _heard(item: dict[str, Any]) -> tuple[int, str]:
    return item["version"], item["state"]


def _shown(item: dict[str, Any]) -> str:
    return f"{item['state']} at version {item['version']}"
