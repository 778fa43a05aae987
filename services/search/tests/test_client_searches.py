"""POST /v1/client-searches through HTTP, fed through the broker."""

from collections.abc import AsyncIterator

import pytest
from contracts.events.directory import ClientRecord
from contracts.events.linking import BureauEligibility
from koppla.waiting import until
from search.app import build
from search.settings import SearchSettings

from tests.support.harness import Harness, Running

RECORDS = [
    ClientRecord(tenant_id="100001", org_number="556469-6291", name="Åkeri AB", city="Växjö"),
    ClientRecord(tenant_id="100002", org_number="5564696291", name="Åkeri AB, lön", city="Växjö"),
    ClientRecord(tenant_id="200001", org_number="212000-0142", name="Kommunen", city="Malmö"),
]


@pytest.fixture
async def search(harness: Harness) -> AsyncIterator[Running]:
    async with harness.running("search", SearchSettings, build) as running:
        await harness.broker.publish(
            *RECORDS,
            BureauEligibility(bureau_id="b-1", eligible=True, version=1),
            BureauEligibility(
                bureau_id="b-kpmg", eligible=False, reason="BUREAU_EXCLUDED", version=1
            ),
        )
        await until(lambda: _counted(running, 3, 2))
        yield running


async def _counted(running: Running, clients: int, bureaus: int) -> bool:
    rows = await running.rows(
        "SELECT (SELECT count(*) FROM clients) c, (SELECT count(*) FROM bureau_eligibility) b"
    )
    return rows == [{"c": clients, "b": bureaus}]


async def test_exact_tenant_id_finds_that_tenant(harness: Harness, search: Running) -> None:  # R16
    answer = await search.http.post(
        "/v1/client-searches",
        json={"tenant_id": "100001"},
        headers=harness.bearer("anna", "bureau_admin", bureau_id="b-1"),
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "tenant_id": "100001",
                "org_number": "556469-6291",
                "name": "Åkeri AB",
                "city": "Växjö",
            }
        ]
    }
