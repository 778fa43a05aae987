"""What became of the mails, as the bureau sees it (D7), whatever the order of the news."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from contracts.envelope import uuid7
from contracts.events.notifier import DeliveryEvent, MailFailed, MailSent
from koppla.waiting import until
from services.linking.tests.world import World


def news(request: dict[str, Any], kind: type[DeliveryEvent], **more: Any) -> DeliveryEvent:
    given = {
        "mail": "request",
        "window": 1,
        "user_id": "eva",
        "subject_id": UUID(request["id"]),
        **({"error": "550 no such user"} if kind is MailFailed else {}),
        **more,
    }
    return kind(
        bureau_id=request["bureau_id"],
        tenant_id=request["tenant_id"],
        delivery_id=uuid7(),
        event_id=uuid7(),
        message_id="<1@koppla.example>",
        at=datetime.now(UTC),
        **given,
    )


async def recipients(world: World, request: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    shown = await world.get(f"/v1/link-requests/{request['id']}")
    return {one["name"]: (one["mail"], one["mail_error"]) for one in shown["recipients"]}


async def test_each_recipients_mail_is_shown(world: World) -> None:
    made = await world.asked()
    await world.broker.publish(news(made, MailSent), news(made, MailFailed, user_id="fia"))

    async def told() -> bool:
        return await recipients(world, made) == {
            "Eva Åberg": ("sent", None),
            "Fia Öst": ("failed", "550 no such user"),
            "Gun Äng": ("queued", None),
        }

    await until(told)
    line = await world.get(f"/v1/link-requests/{made['id']}/events")
    assert {(one["type"], one["text"]) for one in line["items"]} == {
        ("requested", None),
        ("request_mail_sent", "Eva Åberg"),
        ("request_mail_failed", "Fia Öst: 550 no such user"),
    }
    page = await world.get("/v1/link-requests")
    assert [one["mail"] for one in page["items"][0]["recipients"]] == ["sent", "failed", "queued"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_link_that_arrived_once_has_arrived_in_any_order(world: World, order: Any) -> None:
    made = await world.asked()
    told = [
        news(made, MailSent),
        news(made, MailFailed, mail="reminder"),
        news(made, MailSent, mail="accepted", user_id="ada"),
    ]
    # Twice, in other envelopes: a delivery is told of once.
    await world.broker.publish(*[told[n] for n in order], *told)
    seen = "SELECT count(*) n FROM inbox"
    await until(lambda: _counted(world, seen, 6))
    assert (await recipients(world, made))["Eva Åberg"] == ("sent", None)
    line = await world.get(f"/v1/link-requests/{made['id']}/events")
    assert sorted(one["type"] for one in line["items"]) == [
        "reminder_mail_failed",
        "request_mail_sent",
        "requested",
    ]


async def test_news_of_what_is_unknown_are_ignored(world: World) -> None:
    made = await world.asked()
    await world.broker.publish(
        news(made, MailSent, subject_id=uuid7()),
        news(made, MailSent, user_id="nobody"),
        news(made, MailSent, window=9),
        news(made, MailSent, window=None),
    )
    await until(lambda: _counted(world, "SELECT count(*) n FROM inbox", 4))
    assert {mail for mail, _ in (await recipients(world, made)).values()} == {"queued"}
    assert await world.running.rows("SELECT 1 FROM dead_letters") == []


async def _counted(world: World, sql: str, number: int) -> bool:
    return await world.running.rows(sql) == [{"n": number}]
