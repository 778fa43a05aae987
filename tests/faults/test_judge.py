"""The judge finds each wrong that it is there for: a judge that finds nothing proves nothing."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.evidence import Evidence, Told
from tests.faults.history import History
from tests.faults.judge import judge

PAIR = {"bureau_id": "b", "tenant_id": "1"}
KEY = "b:1"
REQUEST, LINK = "request", "link"
MAIL, RECEIPT = "<mail@koppla.example>", "<receipt@koppla.example>"
GRANTS = ["payroll"]

Spoil = Callable[[History, Evidence], object]


@pytest.fixture
def history(tmp_path: Path) -> History:
    """One request: asked, accepted, activated, signed in with."""
    history = History(tmp_path / "history.jsonl")
    asked = {"id": REQUEST, "recipients": [{"name": "Åsa"}]}
    _ok(history, "create", answer=asked, admins=["admin"])
    _ok(history, "accept", request_id=REQUEST, user_id="admin")
    _ok(history, "activate", programs=GRANTS)
    _ok(history, "redeem", token="t")
    return history


def _ok(history: History, name: str, answer: dict[str, Any] | None = None, **about: object) -> None:
    history.settle(history.invoke(name, **PAIR, **about), "ok", answer=dict(answer or {}))


def _evidence() -> Evidence:
    """What that leaves where all is right."""
    told = [
        _told(1, "linking.requests.v1", "LinkRequested", version=1),
        _told(2, "linking.requests.v1", "LinkRequestAccepted", version=2, mailed={"admin"}),
        _told(3, "linking.links.v1", "LinkEstablished", version=2),
        _told(4, "activation.clients.v1", "ClientListed", version=2, revision=1),
        _told(5, "activation.clients.v1", "ClientActivated", version=2, revision=2),
        _told(6, "notifier.deliveries.v1", "MailSent"),
    ]
    events = {"linking": (1, 2, 3), "activation": (4, 5), "notifier": (6,), "search": ()}
    return Evidence(
        requests=[
            {"id": REQUEST, "status": "accepted", "decided_by": {"user_id": "admin"}, "sending": 1}
        ],
        recipients=[
            {
                "request_id": REQUEST,
                "sending": 1,
                "user_id": "admin",
                "email": "a@1.example",
                "mail": "sent",
            }
        ],
        links=[{**PAIR, "id": LINK, "request_id": REQUEST, "status": "active"}],
        linked_clients=[{**PAIR, "link_id": LINK, "status": "active"}],
        permissions=[{**PAIR, "program": "payroll"}],
        deliveries=[
            {
                "message_id": MAIL,
                "address": "A@1.example",
                "status": "sent",
                "mail": "request",
                "subject_id": REQUEST,
                "sending": 1,
                "user_id": "admin",
                "name": "Åsa",
                "event_id": "1",
            },
            {
                "message_id": RECEIPT,
                "address": "A@1.example",
                "status": "sent",
                "mail": "receipt",
                "subject_id": LINK,
                "sending": None,
                "user_id": "admin",
                "name": "Åsa",
                "event_id": "2",
            },
        ],
        outbox={
            service: [_row(told[number - 1]) for number in numbers]
            for service, numbers in events.items()
        },
        inbox={
            "linking": Counter({"6": 1}),
            "notifier": Counter({"1": 1, "2": 1, "3": 1}),
            "activation": Counter({"3": 1}),
            "search": Counter(),
        },
        letters={"linking": [], "activation": [], "notifier": [], "search": []},
        told=told,
        mails=Counter({("a@1.example", MAIL): 1, ("a@1.example", RECEIPT): 1}),
    )


def _told(number: int, topic: str, kind: str, mailed: Collection[str] = (), **numbers: int) -> Told:
    return Told(
        topic,
        KEY,
        str(number),
        kind,
        (0, number),
        numbers.get("version"),
        numbers.get("revision"),
        REQUEST if topic.startswith("linking.") else None,
        frozenset(mailed),
    )


def _row(told: Told) -> dict[str, object]:
    return {
        "event_id": told.event_id,
        "topic": told.topic,
        "key": told.key,
        "parked_at": None,
        "published_at": "now",
    }


def test_a_history_without_fault_is_found_so(history: History) -> None:
    assert judge(history, _evidence()) == []


def test_copies_under_one_message_id_and_one_event_id_are_no_fault(history: History) -> None:
    evidence = _evidence()
    evidence.mails[("a@1.example", MAIL)] = 3
    evidence.told += [_told(1, "linking.requests.v1", "LinkRequested", version=1)]
    assert judge(history, evidence) == []


def test_a_mail_that_was_refused_for_good_is_no_fault(history: History) -> None:
    evidence = _evidence()
    evidence.deliveries[0].update(status="failed")
    evidence.mails.pop(("a@1.example", MAIL))
    evidence.refused.add("a@1.example")
    assert judge(history, evidence) == []


def _answered(code: str) -> Spoil:
    def spoil(history: History, _: Evidence) -> None:
        history.settle(history.invoke("create", **PAIR), "unknown", code)

    return spoil


def _letter(_: History, evidence: Evidence) -> None:
    evidence.letters["linking"].append({"key": KEY.encode(), "topic": "t", "error": "bad"})


WRONGS: dict[str, tuple[Spoil, str]] = {
    "a request is lost": (
        lambda _, left: left.requests.clear(),
        "request request was answered and is lost",
    ),
    "a request nobody was told of": (
        lambda _, left: left.requests.append({**left.requests[0], "id": "other", "status": "x"}),
        "request other is there",
    ),
    "two creates share one request": (
        lambda said, _: _ok(said, "create", {"id": REQUEST}, admins=["admin"]),
        "one request was answered to two calls",
    ),
    "an answered decision is undone": (
        lambda _, left: left.requests[0].update(status="pending"),
        "was answered, but the request is pending",
    ),
    "another one accepted": (
        lambda _, left: left.requests[0].update(decided_by={"user_id": "other"}),
        "but other accepted",
    ),
    "a resend is lost": (
        lambda said, _: _ok(said, "resend", request_id=REQUEST),
        "1 resends were answered",
    ),
    "a resend is doubled": (
        lambda _, left: left.requests[0].update(sending=2),
        "has 2 sendings",
    ),
    "an accepted request without a link": (
        lambda _, left: left.links.clear(),
        "request request has 0 links",
    ),
    "two active links of a pair": (
        lambda _, left: left.links.append({**left.links[0], "id": "other"}),
        "has 2 active links",
    ),
    "a link that nobody was told of": (
        lambda _, left: left.told.pop(2),
        "told 0 and 0 times",
    ),
    "a link that is not listed": (
        lambda _, left: left.linked_clients.clear(),
        "is linked (link), not listed",
    ),
    "access without a link": (
        lambda _, left: left.links[0].update(status="ended"),
        "is listed (link), not linked",
    ),
    "an answered end is undone": (
        lambda said, _: _ok(said, "end", link_id=LINK),
        "was answered, but the link is active",
    ),
    "an end that nobody was answered": (
        lambda _, left: left.links[0].update(status="ended"),
        "link link is ended, and nobody was answered so",
    ),
    "a request that nobody was told of": (
        lambda _, left: left.told.pop(0),
        "request request is accepted: LinkRequested was told 0 times",
    ),
    "an acceptance that is told twice": (
        lambda _, left: left.told.append(
            _told(7, "linking.requests.v1", "LinkRequestAccepted", version=3)
        ),
        "request request is accepted: LinkRequestAccepted was told 2 times",
    ),
    "a decision that was not taken": (
        lambda _, left: left.told.append(
            _told(7, "linking.requests.v1", "LinkRequestDeclined", version=3)
        ),
        "request request is accepted: LinkRequestDeclined was told 1 times",
    ),
    "an event that was taken twice": (
        lambda _, left: left.inbox["activation"].update(["3"]),
        "activation took event 3 2 times",
    ),
    "a receipt that was forgotten": (
        lambda _, left: left.deliveries.pop(),
        "nobody mailed admin of LinkRequestAccepted 2",
    ),
    "an answered recipient that was forgotten": (
        lambda said, _: next(said.of("create")).answer.update(recipients=[{"name": "Bo"}]),
        "no mail for Bo of request request",
    ),
    "a mail given up without a refusal": (
        lambda _, left: left.deliveries[0].update(status="failed"),
        "mail request to A@1.example was given up, and nobody had refused it",
    ),
    "a mail voided without a decision": (
        lambda _, left: (
            left.requests[0].update(status="pending"),
            left.deliveries[0].update(status="void"),
        ),
        "mail request to A@1.example is void, and its request is pending",
    ),
    "listed twice": (
        lambda _, left: left.told.append(
            _told(7, "activation.clients.v1", "ClientListed", version=2, revision=3)
        ),
        "listed 2 and delisted 0 times",
    ),
    "activated twice": (
        lambda _, left: left.told.append(
            _told(7, "activation.clients.v1", "ClientActivated", version=2, revision=3)
        ),
        "was activated 2 times, answered 1",
    ),
    "permissions that were not granted": (
        lambda _, left: left.permissions.append({**PAIR, "program": "documents"}),
        "has permissions",
    ),
    "permissions that are lost": (
        lambda _, left: left.permissions.clear(),
        "has permissions",
    ),
    "a sign-in that is good twice": (
        lambda said, _: _ok(said, "redeem", token="t"),
        "sign-in t was good 2 times",
    ),
    "a mail that never came": (
        lambda _, left: left.mails.clear(),
        "counts as sent and never came",
    ),
    "a mail in another's box": (
        lambda _, left: left.mails.update({("b@1.example", MAIL): 1}),
        "went to b@1.example",
    ),
    "a mail under a Message-ID of its own": (
        lambda _, left: left.mails.update({("a@1.example", "<other>"): 1}),
        "belongs to no delivery",
    ),
    "a mail that hangs": (
        lambda _, left: left.deliveries[0].update(status="sending"),
        "is still sending",
    ),
    "a mail queued twice": (
        lambda _, left: left.deliveries.append(
            {**left.deliveries[0], "message_id": "<o>", "status": "failed"}
        ),
        "was queued 2 times",
    ),
    "a recipient without a mail": (
        lambda _, left: left.deliveries.clear(),
        "no mail for a@1.example",
    ),
    "an admin whom linking itself forgot": (
        lambda said, _: said.operations[0].about.update(admins=["admin", "bo"]),
        "request request was mailed to admin, the directory's admins are admin, bo",
    ),
    "a request to somebody who is no admin": (
        lambda said, _: said.operations[0].about.update(admins=["other"]),
        "request request was mailed to admin, the directory's admins are other",
    ),
    "events out of order": (
        lambda _, left: left.told.insert(
            0, _told(0, "linking.requests.v1", "LinkRequestCancelled", version=3)
        ),
        "LinkRequested 1 comes after 3",
    ),
    "an event that was never published": (
        lambda _, left: left.outbox["linking"][0].update(published_at=None),
        "linking never published event 1",
    ),
    "an event that is parked": (
        lambda _, left: left.outbox["linking"][0].update(parked_at="now"),
        "linking parked event 1",
    ),
    "an event marked as published that is on no topic": (
        lambda _, left: left.told.pop(1),
        "which is not on linking.requests.v1",
    ),
    "an event that a service never took": (
        lambda _, left: left.inbox["activation"].clear(),
        "activation never took LinkEstablished 3",
    ),
    "a dead letter of a good record": (_letter, "linking has a dead letter of t: bad"),
    "a server's error": (_answered("INTERNAL_ERROR"), "was answered INTERNAL_ERROR"),
    "an answer that is no problem document": (_answered("502"), "was answered 502"),
    "a trail that does not hold": (
        lambda _, left: left.trail.append("chain 1 breaks at 2"),
        "chain 1 breaks at 2",
    ),
}


@pytest.mark.parametrize("wrong", WRONGS)
def test_each_wrong_is_found(wrong: str, history: History) -> None:
    spoil, sentence = WRONGS[wrong]
    evidence = _evidence()
    spoil(history, evidence)
    assert any(sentence in finding for finding in judge(history, evidence))


def test_what_the_nemesis_did_itself_is_no_finding(history: History) -> None:
    evidence = _evidence()
    evidence.letters["linking"].append({"key": b"poison", "topic": "t", "error": "bad"})
    evidence.told[0] = replace(evidence.told[0], position=(0, 9))
    assert judge(history, evidence, poison_key="poison", disordered=KEY) == []
