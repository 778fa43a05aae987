"""`koppla up` as its settings name an issuer, and that issuer."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from koppla.embedded.ports import free_port
from portal.tests.browser import Browser
from portal.tests.conftest import bring_in
from portal.tests.issuer import AUDIENCE, CLIENT, SECRET, Issuer, issuer
from portal.tests.people import BUREAUS, CLIENTS
from tests.support.platform import Platform

ADA = {
    "sub": "p-1-admin",
    "name": "Ada Byråsson",
    "bureau_id": "p-1",
    "roles": ["bureau_admin"],
}


@pytest.fixture(scope="module")
def patient() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
async def run(
    tmp_path_factory: pytest.TempPathFactory, patient: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Platform, Issuer]]:
    """`koppla up` as its settings name an issuer, and that issuer."""
    folder: Any = tmp_path_factory.mktemp("oidc")
    platform = Platform(folder)
    async with issuer(f"{platform.url}/logga-in/klar") as played:
        for name, value in {
            "ISSUER": played.url,
            "AUDIENCE": AUDIENCE,
            "JWKS_URL": f"{played.url}/jwks",
            "PLATFORM_URL": "https://platform.example",
            "SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
            "PORTAL_OIDC_ISSUER": played.url,
            "PORTAL_OIDC_CLIENT_ID": CLIENT,
            "PORTAL_OIDC_CLIENT_SECRET": SECRET,
        }.items():
            patient.setenv(f"KOPPLA_{name}", value)
        await platform.start()
        await bring_in(platform, "bureaus", BUREAUS)
        await bring_in(platform, "clients", CLIENTS)
        yield platform, played
        assert await platform.stop() == 0


@pytest.fixture
async def played(run: tuple[Platform, Issuer]) -> Issuer:
    _, played = run
    played.person, played.id_token, played.access_token = dict(ADA), {}, {}
    played.jwks = None
    played.answering.set()
    played.forged = played.deny = played.ended = False
    played.renewed = 0
    played.signed_out.clear()
    return played


@pytest.fixture
async def browser(run: tuple[Platform, Issuer]) -> AsyncIterator[Browser]:
    async with Browser(run[0].url) as browser:
        yield browser
