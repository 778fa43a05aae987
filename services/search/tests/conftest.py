"""A running search service that knows a small directory."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
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
    # Public test numbers of a person: a sole trader's.
    ClientRecord(tenant_id="300001", org_number="900101-9802", name="Anna Ek", city="Umeå"),
]
BUREAUS = [
    BureauEligibility(bureau_id="b-1", eligible=True, version=1),
    BureauEligibility(bureau_id="b-kpmg", eligible=False, reason="BUREAU_EXCLUDED", version=1),
]


@pytest.fixture
async def search(harness: Harness) -> AsyncIterator[Running]:
    async with harness.running("search", SearchSettings, build) as running:
        await harness.broker.publish(*RECORDS, *BUREAUS)
        await until(lambda: _counted(running, len(RECORDS), len(BUREAUS)))
        yield running


async def _counted(running: Running, clients: int, bureaus: int) -> bool:
    rows = await running.rows(
        "SELECT (SELECT count(*) FROM clients) c, (SELECT count(*) FROM bureau_eligibility) b"
    )
    return rows == [{"c": clients, "b": bureaus}]


Ask = Callable[..., Any]


@pytest.fixture
def ask(harness: Harness, search: Running) -> Ask:
    """Searches as a bureau admin of b-1, or as who is named."""

    async def ask(body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        bearer = harness.bearer("anna", "bureau_admin", bureau_id="b-1")
        return await search.http.post(
            "/v1/client-searches", json=body, headers=bearer if headers is None else headers
        )

    return ask
