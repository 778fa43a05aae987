"""The platform's side is played in a run for development, and nowhere else."""

from koppla.embedded.ports import free_port
from portal.tests.browser import Browser
from portal.tests.test_away import portal
from tests.support.platform import Platform


async def test_where_people_sign_in_at_an_issuer_nothing_is_played(platform: Platform) -> None:
    about = {
        "portal_oidc_issuer": f"http://127.0.0.1:{free_port()}",
        "portal_oidc_client_id": "portal",
    }
    async with portal(platform, platform.url, **about) as browser:
        page = await browser.open("/demo/platform?token=x")
        assert browser.status == 404
        assert "Sidan finns inte" in page.headings


async def test_a_service_that_is_away_spends_nothing(platform: Platform, browser: Browser) -> None:
    async with portal(platform, f"http://127.0.0.1:{free_port()}") as other:
        page = await other.open("/demo/platform?token=x")
        assert other.status == 503
        assert page.link("Försök igen").href == "/demo/platform?token=x"
