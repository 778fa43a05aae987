"""Every mail of a sending failed for good: the requester is told (D7)."""

from typing import Any
from uuid import UUID

from contracts.envelope import uuid7
from contracts.events.linking import LinkRequestUndeliverable
from contracts.events.notifier import MailFailed, MailSent
from koppla.waiting import until
from services.linking.tests.world import FIA, World, client


async def report(
    world: World, kind: type[Any], made: dict[str, Any], *users: str, window: int = 1
) -> None:
    """The notifier says what became of the mails of these users."""
    about = {
        "bureau_id": "nord",
        "tenant_id": made["tenant_id"],
        "mail": "request",
        "subject_id": UUID(made["id"]),
        "window": window,
        "at": "2026-03-25T09:30:00Z",
    }
    more = {"error": "550 okänd brevlåda"} if kind is MailFailed else {}
    await world.broker.publish(
        *[
            kind(
                **about,
                **more,
                user_id=user,
                delivery_id=uuid7(),
                event_id=uuid7(),
                message_id=f"<{uuid7()}@koppla.example>",
            )
            for user in users
        ]
    )


async def mails(world: World, made: dict[str, Any]) -> list[str]:
    return [one["mail"] for one in (await world.shown(made))["recipients"]]


async def test_when_all_failed_the_requester_is_told_once(world: World) -> None:  # D7
    made = await world.asked()
    await report(world, MailFailed, made, "eva", "fia")

    async def two() -> bool:
        return sorted(await mails(world, made)) == ["failed", "failed", "queued"]

    await until(two)
    assert await world.outbox("LinkRequestUndeliverable") == 0
    await report(world, MailFailed, made, "gun")
    [event] = await world.published(LinkRequestUndeliverable, 1)
    assert (str(event.request_id), event.window) == (made["id"], 1)
    assert set(event.failed) == {"Eva Åberg", "Fia Öst", "Gun Äng"}
    assert event.requester is not None
    assert event.requester.user_id == "ada"
    shown = await world.shown(made)
    assert shown["status"] == "pending"
    assert {one["mail_error"] for one in shown["recipients"]} == {"550 okänd brevlåda"}
    line = (await world.get(f"/v1/link-requests/{made['id']}/events"))["items"]
    assert "undeliverable" in [one["type"] for one in line]
    await report(world, MailFailed, made, "gun")
    other = await world.asked("100004")
    await report(world, MailSent, other, "eva")

    async def taken() -> bool:
        return await mails(world, other) == ["sent"]

    await until(taken)
    assert await world.outbox("LinkRequestUndeliverable") == 1


async def test_one_that_arrived_is_enough(world: World) -> None:  # D7
    made = await world.asked()
    await report(world, MailSent, made, "eva")
    await report(world, MailFailed, made, "fia", "gun")

    async def settled() -> bool:
        return sorted(await mails(world, made)) == ["failed", "failed", "sent"]

    await until(settled)
    assert await world.outbox("LinkRequestUndeliverable") == 0


async def test_an_older_sending_says_nothing_of_the_newest(world: World) -> None:  # D2, D7
    made = await world.asked()
    await world.directory(client("100001", "Nordkust Nya AB", FIA))
    await world.act(made, "resend")
    await report(world, MailFailed, made, "eva", "fia", "gun")
    await report(world, MailFailed, made, "fia", window=2)
    [event] = await world.published(LinkRequestUndeliverable, 1)
    assert (event.window, event.failed) == (2, ("Fia Öst",))


async def test_a_decided_request_is_not_undeliverable(world: World) -> None:
    made = await world.asked("100004")
    await world.act(made, "cancel")
    await report(world, MailFailed, made, "eva")

    async def failed() -> bool:
        return await mails(world, made) == ["failed"]

    await until(failed)
    assert await world.outbox("LinkRequestUndeliverable") == 0
