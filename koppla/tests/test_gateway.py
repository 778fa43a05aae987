"""The gateway's own pages: what it serves beside the services' answers."""

from collections.abc import AsyncIterator

import httpx
import pytest

from chassis.app import HttpServer, Service, listen
from koppla.api.described import services
from koppla.gateway import Gateway


@pytest.fixture(scope="module")
def described() -> list[Service]:
    return services()


@pytest.fixture
async def http(described: list[Service]) -> AsyncIterator[httpx.AsyncClient]:
    bound = listen("127.0.0.1", 0)
    server = HttpServer(Gateway(described, None), bound)
    await server.start()
    port = bound.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    await server.stop()


async def test_the_openapi_document_is_that_of_all_services(http: httpx.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    assert {
        "/v1/client-searches",
        "/v1/link-requests",
        "/v1/clients",
        "/v1/ops/notifier/status",
    } <= (document["paths"].keys())
