"""Judges a history by what is left: every finding is a sentence, and none is what is wanted.

Pure: it asks nobody. Its own tests give it histories and evidence that are wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.faults.evidence import Evidence, Row, Told
from tests.faults.history import History, Operation

UNANSWERED = {"UNAVAILABLE"}
"""Codes by which the system may say that it can't just now."""
DECIDES = {"accept": "accepted", "decline": "declined", "cancel": "cancelled"}
TELLS = {
    "accepted": "LinkRequestAccepted",
    "declined": "LinkRequestDeclined",
    "cancelled": "LinkRequestCancelled",
}
READS = {
    "linking.requests.v1": ("notifier",),
    "linking.links.v1": ("notifier", "activation"),
    "notifier.deliveries.v1": ("linking",),
}
SKIPPED = {"LinkMelted", "SlowNoted"}
"""Types that the nemesis made up: skipped, hence in no inbox."""


def judge(
    history: History, evidence: Evidence, poison_key: str = "", disordered: str = ""
) -> list[str]:
    """Everything that is lost, doubled, out of order, or said wrongly. disordered: the key whose
    events the nemesis put out of order; what is told of it may skip steps, not the end."""
    return [
        *_answers(history),
        *_requests(history, evidence),
        *_requests_told(evidence),
        *_links(history, evidence),
        *_lists(history, evidence, disordered),
        *_mails(evidence),
        *_recipients(history, evidence),
        *_order(one for one in evidence.told if one.key != disordered),
        *_published(evidence),
        *_inboxes(evidence, poison_key),
        *_letters(evidence, poison_key),
        *evidence.trail,
    ]


def _answers(history: History) -> Iterator[str]:
    for one in history.operations:
        if one.outcome == "unknown" and one.code and one.code.isupper():
            if one.code not in UNANSWERED:
                yield f"{_named(one)} was answered {one.code}"
        elif one.outcome == "unknown" and one.code and one.code.isdigit():
            yield f"{_named(one)} was answered {one.code}"
        if one.name == "terminate" and one.outcome == "failed":
            yield f"{one.about['process']} ended with {one.code}"
    spent = Counter(one.about["token"] for one in history.of("redeem"))
    yield from (f"sign-in {token} was good {n} times" for token, n in spent.items() if n > 1)


def _requests(history: History, evidence: Evidence) -> Iterator[str]:
    """No acknowledged effect lost, none doubled."""
    known = {str(row["id"]): row for row in evidence.requests}
    created = [one.answer["id"] for one in history.of("create")]
    for request_id in created:
        if request_id not in known:
            yield f"request {request_id} was answered and is lost"
    for request_id in known.keys() - set(created):
        yield f"request {request_id} is there, and nobody was answered so"
    if len(set(created)) != len(created):
        yield "one request was answered to two calls that asked for one each"
    for name, status in DECIDES.items():
        for one in history.of(name):
            request = known.get(one.about["request_id"])
            if request is not None and request["status"] != status:
                yield f"{_named(one)} was answered, but the request is {request['status']}"
    for one in history.of("accept"):
        request = known.get(one.about["request_id"])
        decided_by = (request or {}).get("decided_by") or {}
        if request is not None and decided_by.get("user_id") != one.about["user_id"]:
            yield f"{_named(one)} was answered, but {decided_by.get('user_id')} accepted"
    resent = Counter(one.about["request_id"] for one in history.of("resend"))
    for request_id, request in known.items():
        if request["sending"] != 1 + resent[request_id]:
            yield (
                f"request {request_id} has {request['sending']} sendings,"
                f" and {resent[request_id]} resends were answered"
            )


def _requests_told(evidence: Evidence) -> Iterator[str]:
    """Each request is told once, and once how it was decided."""
    events = {(one.type, one.subject, one.event_id) for one in evidence.told}
    told = Counter((kind, subject) for kind, subject, _ in events)
    for request in evidence.requests:
        for kind in ("LinkRequested", *TELLS.values()):
            wanted = 1 if kind in ("LinkRequested", TELLS.get(request["status"])) else 0
            if (number := told[kind, str(request["id"])]) != wanted:
                yield (
                    f"request {request['id']} is {request['status']}:"
                    f" {kind} was told {number} times"
                )


def _links(history: History, evidence: Evidence) -> Iterator[str]:
    """One link for each accepted request, at most one active for a pair, and one event each; those
    have ended of which it was answered."""
    status = {str(link["id"]): link["status"] for link in evidence.links}
    over = {one.about["link_id"] for one in history.of("end")}
    for one in history.of("end"):
        if status.get(one.about["link_id"]) != "ended":
            yield f"{_named(one)} was answered, but the link is {status.get(one.about['link_id'])}"
    for link_id, now in status.items():
        if now == "ended" and link_id not in over:
            yield f"link {link_id} is ended, and nobody was answered so"
    by_request = Counter(str(link["request_id"]) for link in evidence.links)
    for request in evidence.requests:
        wanted = 1 if request["status"] == "accepted" else 0
        if by_request[str(request["id"])] != wanted:
            yield f"request {request['id']} has {by_request[str(request['id'])]} links"
    active = Counter(_pair(link) for link in evidence.links if link["status"] == "active")
    yield from (f"{pair} has {n} active links" for pair, n in active.items() if n > 1)
    said = _by_pair(evidence.told, "LinkEstablished"), _by_pair(evidence.told, "LinkEnded")
    made = Counter(_pair(link) for link in evidence.links)
    ended = Counter(_pair(link) for link in evidence.links if link["status"] == "ended")
    for pair in made:
        if (said[0][pair], said[1][pair]) != (made[pair], ended[pair]):
            yield (
                f"{pair} was linked {made[pair]} and ended {ended[pair]} times,"
                f" told {said[0][pair]} and {said[1][pair]} times"
            )


def _lists(history: History, evidence: Evidence, disordered: str) -> Iterator[str]:
    """Activation knows the links that linking has, and did with them what was answered."""
    linking = {
        (_pair(link), str(link["id"])) for link in evidence.links if link["status"] == "active"
    }
    activation = {
        (_pair(row), str(row["link_id"]))
        for row in evidence.linked_clients
        if row["status"] == "active"
    }
    yield from (f"{pair} is linked ({link}), not listed" for pair, link in linking - activation)
    yield from (f"{pair} is listed ({link}), not linked" for pair, link in activation - linking)
    listed = _by_pair(evidence.told, "ClientListed")
    delisted = _by_pair(evidence.told, "ClientDelisted")
    activated = _by_pair(evidence.told, "ClientActivated")
    made = Counter(_pair(link) for link in evidence.links)
    ended = Counter(_pair(link) for link in evidence.links if link["status"] == "ended")
    answered = Counter(_pair(one.about) for one in history.of("activate"))
    for pair in made.keys() - {tuple(disordered.split(":"))}:
        if (listed[pair], delisted[pair]) != (made[pair], ended[pair]):
            yield (
                f"{pair} was linked {made[pair]} and ended {ended[pair]} times,"
                f" listed {listed[pair]} and delisted {delisted[pair]} times"
            )
        if activated[pair] != answered[pair]:
            yield f"{pair} was activated {activated[pair]} times, answered {answered[pair]} times"
    granted: Mapping[tuple[str, str], set[str]] = defaultdict(set)
    for row in evidence.permissions:
        granted[_pair(row)].add(row["program"])
    last = {
        _pair(one.about): set(one.about["programs"])
        for one in history.operations
        if one.name in ("activate", "permit") and one.outcome == "ok"
    }
    for pair, _ in activation:
        if granted[pair] != last.get(pair, set()):
            yield f"{pair} has permissions {granted[pair]}, answered was {last.get(pair)}"


def _mails(evidence: Evidence) -> Iterator[str]:
    """Each mail came, once queued, and its copies under one Message-ID only."""
    status = {str(row["id"]): row["status"] for row in evidence.requests}
    by_id = {str(row["message_id"]): row for row in evidence.deliveries}
    came = Counter(dict.fromkeys(by_id, 0))
    for (recipient, message), number in evidence.mails.items():
        came[message] += number
        row = by_id.get(message)
        if row is None:
            yield f"a mail to {recipient} belongs to no delivery: {message}"
        elif row["address"].casefold() != recipient:
            yield f"a mail for {row['address']} went to {recipient}"
    for message, row in by_id.items():
        if row["status"] == "sent" and not came[message]:
            yield f"mail {row['mail']} to {row['address']} counts as sent and never came"
        if row["status"] in ("queued", "sending"):
            yield f"mail {row['mail']} to {row['address']} is still {row['status']}"
        if row["status"] == "failed" and row["address"].casefold() not in evidence.refused:
            yield f"mail {row['mail']} to {row['address']} was given up, and nobody had refused it"
        if row["status"] == "void" and status.get(str(row["subject_id"])) == "pending":
            yield f"mail {row['mail']} to {row['address']} is void, and its request is pending"
    # What is no sending's (of two sendings that both failed, say) is told apart by its event.
    told = Counter(
        (row["mail"], str(row["subject_id"]), row["sending"] or row["event_id"], row["user_id"])
        for row in evidence.deliveries
    )
    yield from (f"mail {what} was queued {n} times" for what, n in told.items() if n > 1)


def _recipients(history: History, evidence: Evidence) -> Iterator[str]:
    """A mail for everybody to whom one is due."""
    once = {
        (row["mail"], str(row["subject_id"]), row["sending"], row["user_id"])
        for row in evidence.deliveries
    }
    status = {str(row["id"]): row["status"] for row in evidence.requests}
    for row in evidence.recipients:
        what = ("request", str(row["request_id"]), row["sending"], row["user_id"])
        if what not in once:
            yield f"no mail for {row['email']} of request {row['request_id']}"
        elif row["mail"] == "queued" and status[str(row["request_id"])] == "pending":
            yield f"the mail to {row['email']} of {row['request_id']} never got a state"
    named = {(row["mail"], str(row["subject_id"]), row["name"]) for row in evidence.deliveries}
    mailed: Mapping[str, set[str]] = defaultdict(set)
    for row in evidence.deliveries:
        if row["mail"] == "request":
            mailed[str(row["subject_id"])].add(row["user_id"])
    for one in history.of("create"):
        # By the directory and not by linking's own word, which would be wrong in both places.
        if mailed[one.answer["id"]] != set(one.about["admins"]):
            yield (
                f"request {one.answer['id']} was mailed to"
                f" {', '.join(sorted(mailed[one.answer['id']])) or 'nobody'},"
                f" the directory's admins are {', '.join(sorted(one.about['admins']))}"
            )
        for admin in one.answer.get("recipients", ()):
            if ("request", one.answer["id"], admin["name"]) not in named:
                yield f"no mail for {admin['name']} of request {one.answer['id']}"
    by_event = {(str(row["event_id"]), row["user_id"]) for row in evidence.deliveries}
    for event in {one.event_id: one for one in evidence.told}.values():
        for user_id in sorted(event.mailed):
            if (event.event_id, user_id) not in by_event:
                yield f"nobody mailed {user_id} of {event.type} {event.event_id}"


def _order(told: Iterable[Told]) -> Iterator[str]:
    """The first copies of a key's events lie in the order of the pair's changes."""
    newest: dict[tuple[str, str], int] = {}
    seen: set[tuple[str, str]] = set()
    for one in sorted(told, key=lambda one: (one.topic, one.position)):
        if (one.topic, one.event_id) in seen:
            continue
        seen.add((one.topic, one.event_id))
        number = one.revision if one.revision is not None else one.version
        if number is None or not one.topic.startswith(("linking.", "activation.")):
            continue
        before = newest.get((one.topic, one.key), 0)
        if number < before:
            yield f"{one.topic} {one.key}: {one.type} {number} comes after {before}"
        newest[one.topic, one.key] = max(before, number)


def _published(evidence: Evidence) -> Iterator[str]:
    on_topic = {(one.topic, one.event_id) for one in evidence.told}
    for service, rows in evidence.outbox.items():
        for row in rows:
            event = str(row["event_id"])
            if row["parked_at"] is not None:
                yield f"{service} parked event {event}"
            elif row["published_at"] is None:
                yield f"{service} never published event {event}"
            elif not row["topic"].startswith("dead-letters") and (
                (row["topic"], event) not in on_topic
            ):
                yield f"{service} published event {event}, which is not on {row['topic']}"


def _inboxes(evidence: Evidence, poison_key: str) -> Iterator[str]:
    for one in evidence.told:
        if one.key == poison_key or one.type in SKIPPED:
            continue
        for service in READS.get(one.topic, ()):
            if service == "activation" and one.type not in ("LinkEstablished", "LinkEnded"):
                continue
            if not evidence.inbox[service][one.event_id]:
                yield f"{service} never took {one.type} {one.event_id}"
    for service, events in evidence.inbox.items():
        yield from (f"{service} took event {e} {n} times" for e, n in events.items() if n > 1)


def _letters(evidence: Evidence, poison_key: str) -> Iterator[str]:
    for service, rows in evidence.letters.items():
        for row in rows:
            if (row["key"] or b"").decode(errors="replace") != poison_key:
                yield f"{service} has a dead letter of {row['topic']}: {row['error'][:200]}"


def _by_pair(told: Iterable[Told], kind: str) -> Counter[tuple[str, str]]:
    """How many events of a type there are of each pair, copies left out."""
    events = {(one.key, one.event_id) for one in told if one.type == kind}
    return Counter((key.partition(":")[0], key.partition(":")[2]) for key, _ in events)


def _pair(row: Row | Mapping[str, Any]) -> tuple[str, str]:
    return str(row["bureau_id"]), str(row["tenant_id"])


def _named(one: Operation) -> str:
    return f"{one.name} {one.about} (operation {one.number})"
