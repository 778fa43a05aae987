"""One `koppla up` for all of the portal's tests; each works with clients and bureaus of its own."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from koppla.waiting import until
from portal.tests.browser import Browser
from portal.tests.people import BUREAUS, CLIENTS
from tests.support.platform import Platform, koppla


@pytest.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    folder = tmp_path_factory.mktemp("portal")
    platform = Platform(folder)
    await platform.start()
    await bring_in(platform, "bureaus", BUREAUS)
    await bring_in(platform, "clients", CLIENTS)
    await _known(platform)
    yield platform
    assert await platform.stop() == 0


async def bring_in(platform: Platform, kind: str, records: list[dict[str, Any]]) -> None:
    """kind: bureaus or clients."""
    file = platform.data / f"{kind}.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records))
    code, out, err = await koppla("import", kind, file, "--data", platform.data)
    assert code == 0, (out, err)


async def _known(platform: Platform) -> None:
    """Every service has heard of the last bureau and the last client."""
    bureau, tenant = BUREAUS[-1], CLIENTS[-1]["tenant_id"]
    user = bureau["users"][0]
    about = {"bureau_id": bureau["bureau_id"]}
    async with platform.client(user["user_id"], user["role"], **about) as http:

        async def all_know() -> bool:
            may = await http.get("/v1/eligibility", params={"tenant_id": tenant})
            found = await http.post("/v1/client-searches", json={"tenant_id": tenant})
            listed = await http.get("/v1/clients")
            return (
                (may.status_code, found.status_code, listed.status_code) == (200, 200, 200)
                and may.json()["eligible"]
                and bool(found.json()["items"])
            )

        await until(all_know, 60, what="the directory to be known")


@pytest.fixture
async def browser(platform: Platform) -> AsyncIterator[Browser]:
    async with Browser(platform.url) as browser:
        yield browser
