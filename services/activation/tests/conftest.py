"""The activation service with one bureau in its directory."""

from collections.abc import AsyncIterator

import pytest

from services.activation.tests.bureau import Activation, activation_service, bureau
from tests.support.harness import Harness


@pytest.fixture
async def service(harness: Harness) -> AsyncIterator[Activation]:
    async with activation_service(harness) as service:
        await service.publish(bureau())
        yield service
