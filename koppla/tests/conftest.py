"""The API's documents as the code says them now, made once."""

from typing import Any

import pytest

from chassis.app import Service
from koppla.api import asyncapi, openapi
from koppla.api.described import services


@pytest.fixture(scope="session")
def described() -> list[Service]:
    """All four services, wired and not connected."""
    return services()


@pytest.fixture(scope="session")
def operations_document(described: list[Service]) -> dict[str, Any]:
    return openapi.merged([service.http for service in described])


@pytest.fixture(scope="session")
def events_document(described: list[Service]) -> dict[str, Any]:
    return asyncapi.document(described)
