"""POST /v1/paper-forms: support registers a signed form, and the same is reached (R3-R6, R14)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.events.linking import LinkEstablished, LinkRequestCancelled
from services.linking.tests.test_link_pages import Elements
from services.linking.tests.world import HTML, World

FORM: dict[str, Any] = {
    "bureau_id": "nord",
    "tenant_id": "100001",
    "form_kind": "link_client",
    "signed": True,
    "signed_by": "Åke Öberg",
    "signatory_role": "authorised_signatory",
    "signed_on": "2026-03-25",
    "reference": "ARK-2026-0042",
}


async def register(
    world: World, headers: dict[str, str] | None = None, **changes: Any
) -> httpx.Response:
    body = {name: value for name, value in {**FORM, **changes}.items() if value is not ...}
    return await world.http.post("/v1/paper-forms", json=body, headers=headers or world.agent())


async def test_a_signed_form_links_at_once_and_asks_nobody(world: World) -> None:  # R3, R4, R6
    answer = await register(world)
    assert answer.status_code == 201, answer.text
    link = answer.json()
    assert answer.headers["location"] == f"/v1/links/{link['id']}"
    assert (link["route"], link["status"], link["accepted_by"]) == ("paper_form", "active", None)
    assert await world.get(f"/v1/links/{link['id']}", world.agent()) == link
    [event] = await world.published(LinkEstablished, 1)
    assert (event.route, str(event.link_id)) == ("paper_form", link["id"])
    assert event.form is not None
    assert event.form.model_dump() == {
        "form_kind": "link_client",
        "signed_by": "Åke Öberg",
        "reference": "ARK-2026-0042",
    }
    assert [one.user_id for one in event.bureau_admins] == ["ada"]
    assert {one.user_id for one in event.client_admins} == {"eva", "fia", "gun"}
    assert await world.outbox("LinkRequested") == 0


async def test_both_routes_reach_the_same_state_but_for_the_route(world: World) -> None:  # R3, R42
    digital = await world.linked("100004")
    made = (await register(world)).json()
    paper = await world.get(f"/v1/links/{made['id']}")
    differing = {"id", "version", "tenant_id", "client_name", "established_at"}
    same = {name for name in digital if digital[name] == paper[name]}
    assert set(digital) - same - differing == {"route", "accepted_by"}
    first, second = await world.published(LinkEstablished, 2)
    assert type(first) is type(second)


@pytest.mark.parametrize("field", list(FORM))
async def test_each_missing_field_is_named(world: World, field: str) -> None:  # R5
    answer = await register(world, **{field: ...})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert await world.running.rows("SELECT 1 FROM links") == []


BAD = [
    ("bureau_id", "nowhere"),
    ("bureau_id", "../x"),
    ("tenant_id", "999999"),
    ("tenant_id", "1; DROP"),
    ("form_kind", "something"),
    ("signed", "yes"),
    ("signed", 1),
    ("signed_by", "  "),
    ("signed_by", "Å\x00"),
    ("signatory_role", "cousin"),
    ("signed_on", "25/3 2026"),
    ("signed_on", 1),
    ("signed_on", "2026-02-30"),
    ("reference", " "),
    ("reference", "x" * 201),
    ("surplus", "x"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
async def test_a_wrong_field_is_named_and_links_nobody(
    world: World, field: str, value: object
) -> None:  # R5
    answer = await register(world, **{field: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), answer.text
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert await world.running.rows("SELECT 1 FROM links") == []


async def test_a_form_signed_tomorrow_is_refused(world: World) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    answer = await register(world, signed_on=tomorrow)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "signed_on")


async def test_an_unsigned_form_links_nobody(world: World) -> None:  # R4
    answer = await register(world, signed=False)
    assert (answer.status_code, answer.json()["code"]) == (422, "FORM_NOT_SIGNED")
    assert await world.running.rows("SELECT 1 FROM links") == []


async def test_only_support_registers_forms(world: World) -> None:  # R4
    for headers in (world.user(), world.user("bo", "nord", "consultant"), world.operator()):
        answer = await register(world, headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    anonymous = await world.http.post("/v1/paper-forms", json=FORM)
    assert anonymous.status_code == 401


async def test_an_excluded_bureau_is_linked_by_form_all_the_same(world: World) -> None:  # R14
    answer = await register(world, bureau_id="kpmg-1")
    assert answer.status_code == 201
    digital = await world.ask("100004", world.user("kim", "kpmg-1"))
    assert digital.json()["code"] == "BUREAU_EXCLUDED"


async def test_a_client_without_admins_is_linked_by_form(world: World) -> None:  # R22
    answer = await register(world, tenant_id="100003")
    assert answer.status_code == 201
    [event] = await world.published(LinkEstablished, 1)
    assert event.client_admins == ()


async def test_a_sole_traders_number_is_masked_in_the_event(world: World) -> None:
    await register(world, tenant_id="100002")
    [event] = await world.published(LinkEstablished, 1)
    assert event.client_org_number == "640823-****"


async def test_a_form_cancels_what_is_pending_and_says_why(world: World) -> None:  # D11
    made = await world.asked()
    tokens = await world.mailed(made)
    answer = await register(world)
    assert answer.status_code == 201
    shown = await world.shown(made)
    assert (shown["status"], shown["reason"]) == ("cancelled", "paper_form")
    [event] = await world.published(LinkRequestCancelled, 1)
    assert (event.reason, event.decided_by and event.decided_by.side) == ("paper_form", "support")
    assert event.version < answer.json()["version"]
    page = Elements((await world.page(tokens["eva"], HTML)).text).text
    # Nobody answered, and the agent who registered the form is not the client's business.
    assert ("Återtagen" in page, "Besvarad" in page, "Sam Kund" in page) == (True, False, False)
    late = await world.accept(tokens["eva"])
    assert (late.status_code, late.json()["request_status"]) == (409, "cancelled")
    assert len(await world.running.rows("SELECT 1 FROM links")) == 1


async def test_a_form_after_expiry_leaves_the_request_expired(world: World) -> None:
    made = await world.asked()
    await world.age(made, timedelta(hours=169))
    assert (await register(world)).status_code == 201
    assert (await world.shown(made))["status"] == "expired"


async def test_who_is_linked_already_is_not_linked_twice(world: World) -> None:  # D5
    await world.linked()
    answer = await register(world)
    assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_LINKED")
    assert await world.outbox("LinkEstablished") == 1


async def test_a_retried_form_links_once(world: World) -> None:
    key = {**world.agent(), "idempotency-key": "form-42"}
    answers = await asyncio.gather(*[register(world, key) for _ in range(4)])
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    other = await register(world, key, reference="ARK-2026-0043")
    assert other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_of_form_and_accept_at_once_exactly_one_links(world: World) -> None:  # R32
    for _ in range(10):
        made = await world.asked()
        token = (await world.mailed(made))["eva"]
        form, accepted = await asyncio.gather(register(world), world.accept(token))
        assert sorted((form.status_code, accepted.status_code)) in ([200, 409], [201, 409])
        [link] = (await world.get("/v1/links", status="active"))["items"]
        await world.http.post(f"/v1/links/{link['id']}/end", headers=world.user())


KEPT = {name: value for name, value in FORM.items() if name.startswith(("form_", "sign"))}
KEPT = {**KEPT, "reference": FORM["reference"]}
del KEPT["signed"]


async def test_customer_service_is_shown_the_form_and_a_bureau_is_not(world: World) -> None:  # R4
    link = (await register(world)).json()
    assert link["paper_form"] == KEPT
    path = f"/v1/links/{link['id']}"
    for headers, shown in (
        (world.agent(), KEPT),
        (world.operator(), KEPT),
        (world.user(), None),
        (world.user("bo", "nord", "consultant"), None),
    ):
        assert (await world.get(path, headers))["paper_form"] == shown
        [listed] = (await world.get("/v1/links", headers))["items"]
        assert listed["paper_form"] == shown
    ended = await world.http.post(f"{path}/end", json={"reason": "Fel"}, headers=world.user())
    assert ended.json()["paper_form"] is None
    again = await world.http.post(f"{path}/end", json={"reason": "Fel"}, headers=world.agent())
    assert again.json()["paper_form"] == KEPT


async def test_a_digital_link_has_no_form(world: World) -> None:  # R3
    link = await world.linked()
    assert (await world.get(f"/v1/links/{link['id']}", world.agent()))["paper_form"] is None


async def test_the_trail_tells_where_the_form_is_and_forgets_it_with_the_person(
    world: World,
) -> None:  # D9
    link = (await register(world, reference="Åke Öbergs pärm")).json()
    trail = (await world.get("/v1/audit", world.agent(), tenant_id="100001"))["items"]
    assert (trail[0]["action"], trail[0]["reference"]) == ("link_registered", "Åke Öbergs pärm")
    sealed = str(await world.running.rows("SELECT facts FROM audit_entries"))
    assert "pärm" not in sealed
    body = {"reason": "Hon bad om det."}
    answer = await world.http.post(
        "/v1/ops/linking/persons/sam/erase", json=body, headers=world.operator()
    )
    assert answer.status_code == 200, answer.text
    trail = (await world.get("/v1/audit", world.agent(), tenant_id="100001"))["items"]
    assert (trail[0]["erased"], trail[0]["reference"]) == (True, None)
    # As long as accounting records (GDPR article 17.3 b): where the link's proof lies.
    kept = await world.get(f"/v1/links/{link['id']}", world.agent())
    assert kept["paper_form"]["reference"] == "Åke Öbergs pärm"


async def test_the_clients_page_shows_the_form(world: World) -> None:
    link = (await register(world)).json()
    page = (await world.page(world.manage(link["id"]))).json()
    assert page["form"] == {
        "form_kind": "link_client",
        "signed_by": "Åke Öberg",
        "signed_on": "2026-03-25",
    }
    assert page["history"][0]["action"] == "link_registered"
