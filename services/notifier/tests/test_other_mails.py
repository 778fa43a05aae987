"""Which events mail whom: the table of mails in design.md."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from contracts.events.event import Event, Person
from contracts.events.linking import (
    LinkEnded,
    LinkEstablished,
    LinkRequestDeclined,
    LinkRequestExpired,
    LinkRequestUndeliverable,
    PaperForm,
)
from contracts.link_token import Purpose
from koppla.waiting import until
from services.notifier.tests.events import (
    ANNA,
    EVE,
    KARIN,
    KEYS,
    LARS,
    PUBLIC_URL,
    Notifier,
    about,
    accepted,
    cancelled,
    decided,
    reminded,
    requested,
)

LINK = uuid4()
AT = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def link(**given: Any) -> dict[str, Any]:
    return {
        "bureau_id": "b-1",
        "tenant_id": "100001",
        "version": 1,
        "link_id": LINK,
        "bureau_name": "Byrån",
        "client_name": "Klienten",
        "route": "paper_form",
        "bureau_admins": (ANNA,),
        "client_admins": (KARIN, EVE),
        **given,
    }


def established(**given: Any) -> LinkEstablished:
    form = PaperForm(form_kind="link_client", signed_by="Åsa Öst", reference="Ä-17")
    fields = {"client_org_number": "556469-6291", "established_at": AT, "form": form}
    return LinkEstablished(**link(**{**fields, **given}))


def ended() -> LinkEnded:
    karin = Person(user_id="karin", name="Karin Öst", side="client")
    return LinkEnded(**link(ended_at=AT, ended_by=karin, reason="Vi byter byrå"))


BUREAU = {ANNA.email}
CASES: list[tuple[Event, dict[str, set[str]]]] = [
    (reminded(recipients=(KARIN, LARS)), {"reminder": {KARIN.email, LARS.email}}),
    (
        accepted(uuid4(), link_id=LINK),
        {"receipt": {KARIN.email}, "accepted": {ANNA.email, LARS.email, EVE.email}},
    ),
    (LinkRequestDeclined(**decided(uuid4()), message="Nej tack"), {"declined": BUREAU}),
    (LinkRequestExpired(**decided(uuid4(), decided_by=None)), {"expired": BUREAU}),
    (cancelled(uuid4(), recipients=(KARIN, LARS)), {"cancelled": {KARIN.email, LARS.email}}),
    (
        LinkRequestUndeliverable(**about(), window=1, failed=("Karin Öst",)),
        {"undeliverable": BUREAU},
    ),
    (established(), {"linked_by_form": {ANNA.email, KARIN.email, EVE.email}}),
    (ended(), {"ended": {ANNA.email, KARIN.email, EVE.email}}),
]


@pytest.mark.parametrize(("event", "expected"), CASES, ids=lambda case: type(case).__name__)
async def test_who_is_mailed_what(
    notifier: Notifier, event: Event, expected: dict[str, set[str]]
) -> None:  # D3, D4, D7, D8
    await notifier.broker.publish(event)
    number = sum(map(len, expected.values()))
    rows = await notifier.settled(number)
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["mail"], set()).add(row["address"])
    assert found == expected
    assert {row["status"] for row in rows} == {"sent"}
    assert len(notifier.sink.received) == number


async def test_the_reminder_carries_the_same_link(notifier: Notifier) -> None:  # D3
    event = requested(recipients=(KARIN,))
    await notifier.broker.publish(event, reminded(request_id=event.request_id, recipients=(KARIN,)))
    links = [_token(mail.text) for mail in await notifier.mails(2)]
    assert links[0] == links[1]


@pytest.mark.parametrize("event", [accepted(uuid4(), link_id=LINK), established()])
async def test_the_clients_side_can_manage_the_link(notifier: Notifier, event: Event) -> None:  # D8
    await notifier.broker.publish(event)
    [mail] = await until(lambda: notifier.sink.to(KARIN.email))
    token = KEYS.verify(_token(mail.text))
    assert (token.purpose, token.subject) == (Purpose.MANAGE, LINK)
    assert token.is_for("karin")
    assert token.went_to(KARIN.email)
    [other] = await until(lambda: notifier.sink.to(EVE.email))
    hers = KEYS.verify(_token(other.text))
    assert (hers.purpose, hers.subject) == (Purpose.MANAGE, LINK)
    assert hers.is_for(EVE.user_id)
    assert hers.went_to(EVE.email)
    [told] = await until(lambda: notifier.sink.to(ANNA.email))
    assert PUBLIC_URL not in told.text + told.html


async def test_a_mail_that_reached_nobody_leads_to_the_paper_form(
    notifier: Notifier,
) -> None:  # D7, R22
    failed = ("Karin Öst", "Lars Ärlig")
    await notifier.broker.publish(LinkRequestUndeliverable(**about(), window=1, failed=failed))
    [mail] = await until(lambda: notifier.sink.to(ANNA.email))
    text = mail.text.replace("\r\n", "\n")
    assert "\nKunde inte nås: Karin Öst, Lars Ärlig\n" in text
    assert f"\n{PUBLIC_URL}/blanketter\n" in text
    [sent] = await notifier.sent(1)
    assert sent.text_digest == hashlib.sha256(text.encode()).hexdigest()


async def test_a_digital_link_is_no_second_mail(notifier: Notifier) -> None:  # D4
    await notifier.broker.publish(established(route="digital", form=None), ended())
    await notifier.settled(3)
    assert {row["mail"] for row in await notifier.deliveries()} == {"ended"}


def _token(text: str) -> str:
    [token] = [line for line in text.splitlines() if line.startswith(PUBLIC_URL)]
    return token.removeprefix(f"{PUBLIC_URL}/l/")
