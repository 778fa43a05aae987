"""`python -m portal serve` as a container runs it: settings by file, one line for what is wrong."""

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from chassis.app import HttpServer, listen
from chassis.auth import AuthSettings, BearerTokens
from chassis.settings import SettingError, load
from koppla.deployment_secrets import ISSUER, write
from koppla.embedded.ports import free_port
from koppla.issuer import AUDIENCE, DevelopmentIssuer
from koppla.issuer import ISSUER as NAME
from koppla.waiting import until
from portal.app import opened
from portal.settings import PortalSettings
from portal.sign_in.demo import DocumentDemo
from portal.tests.browser import Browser
from tests.support.platform import run

KEYS = "k1:" + "QQ" * 24
GIVEN = {
    "KOPPLA_PUBLIC_URL": "https://koppla.example",
    "KOPPLA_PLATFORM_URL": "https://platform.example/in",
    "KOPPLA_PORTAL_GATEWAY_URL": "http://gateway:8083",
    "KOPPLA_PORTAL_KEYS": KEYS,
    "KOPPLA_PORTAL_OIDC_ISSUER": "https://issuer.example",
    "KOPPLA_PORTAL_OIDC_CLIENT_ID": "koppla",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KOPPLA_PUBLIC_URL", ""),
        ("KOPPLA_PLATFORM_URL", "platform"),
        ("KOPPLA_PORTAL_GATEWAY_URL", "ftp://gateway"),
        ("KOPPLA_PORTAL_KEYS", "k1:c2hvcnQ="),
        ("KOPPLA_PORTAL_OIDC_ISSUER", ""),
        ("KOPPLA_PORTAL_OIDC_CLIENT_ID", ""),
        ("KOPPLA_PORTAL_SESSION_TTL", "10"),
        ("KOPPLA_TRUSTED_PROXIES", "everybody"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for each, given in {**GIVEN, name: value}.items():
        monkeypatch.setenv(each, given)
    with pytest.raises(SettingError) as wrong:
        load(PortalSettings).check_sign_in()
    said = str(wrong.value)
    assert said.startswith(f"{name}: ")
    assert len(said.splitlines()) == 1
    assert not value or value not in said


def test_the_played_platform_is_none_for_real_people(monkeypatch: pytest.MonkeyPatch) -> None:
    for each, given in GIVEN.items():
        monkeypatch.setenv(each, given)
    monkeypatch.setenv("KOPPLA_PLATFORM_URL", f"{GIVEN['KOPPLA_PUBLIC_URL']}/demo/platform")
    with pytest.raises(SettingError, match=r"^KOPPLA_PLATFORM_URL: must be the platform's own"):
        load(PortalSettings).check_sign_in()


async def test_it_is_one_line_and_exit_2() -> None:
    command = [sys.executable, "-m", "portal", "serve", "--port", str(free_port())]
    code, out, err = await run(command, env={**GIVEN, "KOPPLA_PORTAL_OIDC_ISSUER": ""})
    assert (code, out) == (2, "")
    assert err == "KOPPLA_PORTAL_OIDC_ISSUER: is missing\n"


async def test_people_to_be_come_from_the_file_that_secrets_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "secrets", development=True)
    for name, value in GIVEN.items():
        if "OIDC" not in name and "KEYS" not in name:
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("KOPPLA_PORTAL_DEMO_FILE", str(tmp_path / "secrets" / "portal_demo"))
    monkeypatch.setenv("KOPPLA_PORTAL_KEYS_FILE", str(tmp_path / "secrets" / "portal_keys"))
    secret = tmp_path / "secrets" / "portal_oidc_client_secret"
    monkeypatch.setenv("KOPPLA_PORTAL_OIDC_CLIENT_SECRET_FILE", str(secret))
    settings = load(PortalSettings)
    settings.check_sign_in()
    assert settings.oidc_client_secret is None
    assert settings.is_secure
    bound = listen("127.0.0.1", 0)
    async with opened(settings) as app:
        server = HttpServer(app, bound)
        await server.start()
        async with Browser(f"http://127.0.0.1:{bound.getsockname()[1]}") as browser:
            page = await browser.open("/")
            for name in ("Göran Ängström", "Deloitte Falun AB", "Stina Kundtjänst"):
                assert name in page.words
            answer = await browser.post(
                "/logga-in/demo", [("sub", "b-1-admin")], origin="https://koppla.example"
            )
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("__Host-koppla=")
            assert "; Secure" in cookie
            policy = answer.headers["content-security-policy"]
            # Where the redirect of a click on a client's name leads.
            assert "form-action 'self' https://platform.example;" in policy
        await server.stop()


async def test_its_tokens_are_those_of_the_development_issuer(tmp_path: Path) -> None:
    write(tmp_path, development=True)
    demo = DocumentDemo((tmp_path / "portal_demo").read_text())
    jwks = DevelopmentIssuer(tmp_path / ISSUER).jwks_url
    verify = BearerTokens(AuthSettings(issuer=NAME, audience=AUDIENCE, jwks_url=jwks))
    person = demo.people()[0]
    token = demo.token(person.sub, person.roles, bureau_id=person.bureau_id, name=person.name)
    who = await verify(f"Bearer {token}")
    assert (who.sub, who.bureau_id, who.roles) == ("b-1-admin", "b-1", {"bureau_admin"})


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"people": []}'])
def test_a_list_of_people_that_is_none_is_one_line(text: str) -> None:
    with pytest.raises(SettingError, match="KOPPLA_PORTAL_DEMO: is no list"):
        DocumentDemo(text)


async def test_it_serves_and_ends_in_order() -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "portal", "serve", "--host", "127.0.0.1", "--port", str(port)),
        env={**os.environ, **GIVEN},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:

            async def ready() -> bool:
                try:
                    return (await http.get("/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(ready, 60, what="the portal")
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) == 0
