"""Events of one request, as linking would publish them, and a service that takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.events.event import Person, Recipient
from contracts.events.linking import (
    LinkRequestAccepted,
    LinkRequestCancelled,
    LinkRequested,
    LinkRequestReminderDue,
)
from contracts.events.notifier import MailFailed, MailSent
from contracts.link_token import LinkKeys
from koppla.waiting import until
from tests.support.harness import Broker, Running
from tests.support.smtp_sink import SmtpSink

PUBLIC_URL = "https://koppla.example"
LINK_KEYS = "k1:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
KEYS = LinkKeys.parse(LINK_KEYS)
ANNA = Recipient(user_id="anna", name="Anna Åberg", email="anna@byran.example")
KARIN = Recipient(user_id="karin", name="Karin Öst", email="karin@klient.example")
LARS = Recipient(user_id="lars", name="Lars Ärlig", email="lars@klient.example")
EVE = Recipient(user_id="eve", name="Eve Smith", email="eve@klient.example", locale="en")


def admins(number: int) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(user_id=f"admin-{n}", name=f"Admin {n}", email=f"admin-{n}@klient.example")
        for n in range(number)
    )


def about(request_id: UUID | None = None, **given: Any) -> dict[str, Any]:
    """The fields that all events of a request have."""
    return {
        "bureau_id": "b-1",
        "tenant_id": "100001",
        "version": 1,
        "request_id": request_id or uuid4(),
        "bureau_name": "Byrån Åäö & Söner",
        "client_name": "Klienten <AB>",
        "requested_by": Person(user_id="anna", name="Anna Åberg", side="bureau"),
        "requester": ANNA,
        "created_at": datetime.now(UTC),
        **given,
    }


def sending(**given: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        **about(),
        "window": 1,
        "sent_at": now,
        "expires_at": now + timedelta(hours=168),
        "entry_point": "client_manager",
        "message": "Hej!\nVi sköter er bokföring från maj.",
        "bureau_org_number": "556469-6291",
        "recipients": (KARIN, LARS, EVE),
        **given,
    }


def requested(**given: Any) -> LinkRequested:
    return LinkRequested(**sending(**given))


def reminded(**given: Any) -> LinkRequestReminderDue:
    return LinkRequestReminderDue(**sending(**given))


def decided(request_id: UUID, **given: Any) -> dict[str, Any]:
    return {
        **about(request_id),
        "version": 2,
        "window": 1,
        "decided_at": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        "decided_by": Person(user_id="karin", name="Karin Öst", side="client"),
        **given,
    }


def accepted(request_id: UUID, **given: Any) -> LinkRequestAccepted:
    fields = {"link_id": uuid4(), "acceptor": KARIN, "recipients": (LARS, EVE)}
    return LinkRequestAccepted(**decided(request_id, **{**fields, **given}))


def cancelled(request_id: UUID, **given: Any) -> LinkRequestCancelled:
    return LinkRequestCancelled(**decided(request_id, **{"recipients": (), **given}))


@dataclass
class Notifier:
    """A running notifier, its broker and the mail server it sends to."""

    running: Running
    broker: Broker
    sink: SmtpSink

    async def deliveries(self, where: str = "true") -> list[dict[str, Any]]:
        return await self.running.rows(f"SELECT * FROM deliveries WHERE {where} ORDER BY id")

    async def statuses(self) -> dict[str, str]:
        """Status by address; for tests with one mail each."""
        return {row["address"]: row["status"] for row in await self.deliveries()}

    async def mails(self, number: int) -> Sequence[Any]:
        """What the sink received, once it is so many."""
        await until(lambda: len(self.sink.received) >= number, what=f"{number} mails")
        return self.sink.received

    async def settled(self, number: int) -> list[dict[str, Any]]:
        """The deliveries, once so many are sent, failed or void."""

        async def closed() -> bool:
            return len(await self.deliveries("settled_at IS NOT NULL")) >= number

        await until(closed, what=f"{number} settled deliveries")
        return await self.deliveries()

    async def sent(self, number: int) -> list[MailSent]:
        async def published() -> list[MailSent]:
            events = await self.broker.events(MailSent)
            return events if len(events) >= number else []

        return await until(published, what=f"{number} MailSent")

    async def failed(self, number: int) -> list[MailFailed]:
        async def published() -> list[MailFailed]:
            events = await self.broker.events(MailFailed)
            return events if len(events) >= number else []

        return await until(published, what=f"{number} MailFailed")
