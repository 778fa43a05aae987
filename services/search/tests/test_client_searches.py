"""POST /v1/client-searches through HTTP, fed through the broker."""

import pytest

from contracts.events.directory import ClientRecord
from contracts.events.linking import DELETED, BureauEligibility
from koppla.waiting import until
from tests.support.harness import Harness, Running

AKERI = {"tenant_id": "100001", "org_number": "556469-6291", "name": "Åkeri AB", "city": "Växjö"}


async def test_exact_tenant_id_finds_that_tenant(ask) -> None:  # R16, R19
    answer = await ask({"tenant_id": "100001"})
    assert answer.status_code == 200
    assert answer.json() == {"items": [AKERI]}


@pytest.mark.parametrize(
    "spelling",
    ["5564696291", "556469-6291", "165564696291", "16556469-6291", " 556469 6291 ", "556469–6291"],
)
async def test_every_spelling_of_a_number_finds_all_its_tenants(ask, spelling: str) -> None:  # R17
    items = (await ask({"org_number": spelling})).json()["items"]
    assert [item["tenant_id"] for item in items] == ["100001", "100002"]
    assert {item["org_number"] for item in items} == {"556469-6291"}


@pytest.mark.parametrize("number", ["556469-6290", "0000000000", "hej", "", "556469-6291\n"])
async def test_a_wrong_number_is_refused(ask, number: str) -> None:  # R17
    answer = await ask({"org_number": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "ORG_NUMBER_INVALID")


@pytest.mark.parametrize("body", [{"tenant_id": "999999"}, {"org_number": "556036-0793"}])
async def test_an_unknown_client_is_an_empty_result(ask, search: Running, body) -> None:  # R1
    answer = await ask(body)
    assert (answer.status_code, answer.json()) == (200, {"items": []})
    assert await search.rows("SELECT * FROM outbox") == []


@pytest.mark.parametrize("body", [{}, {"tenant_id": "100001", "org_number": "556469-6291"}])
async def test_neither_or_both_identifiers_are_refused(ask, body) -> None:  # R18
    answer = await ask(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert answer.json()["errors"][0]["field"] == "tenant_id"


async def test_who_may_search(ask, harness: Harness) -> None:  # R2
    body = {"tenant_id": "100001"}
    answers = {
        "nobody": await ask(body, {}),
        "made up": await ask(body, {"authorization": "Bearer x.y.z"}),
        "platform": await ask(body, harness.bearer("p", "platform")),
        "ops": await ask(body, harness.bearer("o", "ops")),
        "no bureau": await ask(body, harness.bearer("a", "bureau_admin")),
        "unknown bureau": await ask(body, harness.bearer("a", "bureau_admin", bureau_id="b-9")),
        "consultant": await ask(body, harness.bearer("c", "consultant", bureau_id="b-1")),
        "support": await ask(body, harness.bearer("s", "support_agent")),
    }
    assert {who: answer.status_code for who, answer in answers.items()} == {
        "nobody": 401,
        "made up": 401,
        "platform": 403,
        "ops": 403,
        "no bureau": 403,
        "unknown bureau": 403,
        "consultant": 200,
        "support": 200,
    }


async def test_an_excluded_bureau_is_refused_before_anything_else(ask, harness) -> None:  # R13
    excluded = harness.bearer("k", "bureau_admin", bureau_id="b-kpmg")
    for body in ({"tenant_id": "100001"}, {"org_number": "not a number"}, {}):
        answer = await ask(body, excluded)
        assert (answer.status_code, answer.json()["code"]) == (403, "BUREAU_EXCLUDED")


async def test_a_deleted_bureau_is_as_one_never_heard_of(ask, harness, search: Running) -> None:
    gone = BureauEligibility(bureau_id="b-1", eligible=False, reason=DELETED, version=2)
    await harness.broker.publish(gone)
    await until(lambda: search.rows("SELECT 1 FROM bureau_eligibility WHERE reason = $1", DELETED))
    answer = await ask({"tenant_id": "100001"})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_a_sole_traders_number_is_masked_unless_searched_by(ask) -> None:
    by_tenant = (await ask({"tenant_id": "300001"})).json()["items"]
    assert by_tenant[0]["org_number"] == "900101-****"
    by_number = (await ask({"org_number": "19900101-9802"})).json()["items"]
    assert by_number[0]["org_number"] == "900101-9802"


async def test_changes_of_the_directory_are_followed(ask, harness, search: Running) -> None:  # R16
    moved = ClientRecord(
        tenant_id="100001", org_number="556469-6291", name="Åkeri AB", city="Ängelholm"
    )
    await harness.broker.publish(moved)
    await until(lambda: _cities(ask, "100001", ["Ängelholm"]))
    await harness.broker.publish_raw(ClientRecord.topic, b"100001", None)
    await until(lambda: _cities(ask, "100001", []))
    await harness.broker.publish(moved)
    await until(lambda: _cities(ask, "100001", ["Ängelholm"]))


async def _cities(ask, tenant_id: str, cities: list[str]) -> bool:
    items = (await ask({"tenant_id": tenant_id})).json().get("items", [])
    return [item["city"] for item in items] == cities


async def test_an_older_word_on_eligibility_changes_nothing(ask, harness) -> None:  # R13
    def said(version: int, *, eligible: bool) -> BureauEligibility:
        return BureauEligibility(bureau_id="b-1", eligible=eligible, version=version)

    await harness.broker.publish(said(3, eligible=False), said(2, eligible=True))

    async def refused() -> bool:
        return (await ask({"tenant_id": "100001"})).status_code == 403

    await until(refused)
    await harness.broker.publish(said(4, eligible=True))
    await until(lambda: _cities(ask, "100001", ["Växjö"]))
