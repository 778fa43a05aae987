"""Mails about a link keep their order, also where one of them was a dead letter for a while."""

from datetime import UTC, datetime
from typing import Any

from contracts.envelope import uuid7
from contracts.events.event import Person
from contracts.events.linking import LinkEnded, LinkEstablished, PaperForm
from koppla.waiting import until
from services.notifier.tests.events import ANNA, KARIN, Notifier, requested
from tests.support.harness import Harness

PATH = "/v1/ops/notifier/dead-letters"
SAM = Person(user_id="sam", name="Sam", side="support")


def _of_link(**given: Any) -> dict[str, Any]:
    return {
        "bureau_id": "b-1",
        "tenant_id": "100001",
        "version": 2,
        "link_id": uuid7(),
        "bureau_name": "Byrån",
        "client_name": "Klienten",
        "route": "paper_form",
        "bureau_admins": (ANNA,),
        "client_admins": (),
        **given,
    }


async def test_no_mail_says_that_a_link_began_after_one_that_it_ended(
    notifier: Notifier, harness: Harness
) -> None:
    now = datetime.now(UTC)
    form = PaperForm(form_kind="link_client", signed_by="Karin Öst", reference="A-1")
    about = _of_link()
    began = LinkEstablished(**about, client_org_number="556469-6291", established_at=now, form=form)
    ended = LinkEnded(**{**about, "version": 3}, ended_at=now, ended_by=SAM)
    await notifier.running.rows(
        "ALTER TABLE deliveries ADD CONSTRAINT poison CHECK (mail <> 'linked_by_form')"
    )
    http, ops = notifier.running.http, harness.bearer("olle", "ops")

    async def letters(number: int) -> list[dict[str, Any]]:
        async def enough() -> Any:
            items = (await http.get(PATH, headers=ops)).json()["items"]
            return items if len(items) == number else None

        return list(await until(enough, what=f"{number} letters"))

    await notifier.broker.publish(began)
    await letters(1)
    await notifier.broker.publish(ended)
    # A request's mails are no part of that order, and hold up nobody.
    await notifier.broker.publish(requested(recipients=(KARIN,)))
    waiting, opened = await letters(2)
    assert (waiting["status"], opened["status"]) == ("waiting", "open")
    await notifier.mails(1)
    await notifier.running.rows("ALTER TABLE deliveries DROP CONSTRAINT poison")
    answer = await http.post(f"{PATH}/{opened['id']}/retry", headers=ops)
    assert answer.json()["status"] == "retried"
    assert (await http.get(PATH, headers=ops)).json()["items"] == []
    await notifier.mails(3)
    kinds = [row["mail"] for row in await notifier.deliveries() if row["mail"] != "request"]
    assert kinds == ["linked_by_form", "ended"]
