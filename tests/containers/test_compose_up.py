"""`docker compose up -d --wait`, and what it holds out: the walk, the walls between databases,
Prometheus, more replicas, TLS."""

import ssl

import httpx

from contracts.topics import SERVICES, TOPICS
from koppla.deployment_secrets import ISSUER
from koppla.waiting import until
from koppla.walk import CLIENT, commands
from tests.containers.docker import ROOT, attempt, docker
from tests.containers.stack import PROJECT, Stack, setting, targets
from tests.support.certificates import Authority
from tests.support.platform import shell


async def test_the_walk_goes_through_the_gateway(running: Stack) -> None:  # R16, R17, R24, R44
    walk = commands(running.url, running.folder / ISSUER, running.maildev)
    script = "\n".join(["set -e", *(command for _, command in walk)])
    code, out, err = await shell(script, ROOT)
    assert code == 0, err
    steps = [line for line in out.splitlines() if line.strip()]
    assert '"org_number":"558000-0015"' in steps[0]
    assert '"status":"pending"' in steps[1]
    assert steps[2].startswith(f"{running.url}/l/")
    assert '"status":"accepted"' in steps[4]
    assert f'"tenant_id":"{CLIENT}"' in steps[5]
    assert '"may_sign_in":true' in steps[7]
    assert "?token=" in steps[8]


async def test_the_gateway_serves_what_no_service_answers(running: Stack) -> None:
    async with running.client("nobody") as http:
        for path in ("/", "/docs", "/docs/events", "/openapi.json", "/asyncapi.json", "/healthz"):
            assert (await http.get(path)).status_code == 200, path

        async def all_ready() -> bool:
            said: dict[str, str] = (await http.get("/readyz")).json()
            return said == {"status": "ok"}

        await until(all_ready, every=0.5, what="every service to be ready")
        assert (await http.get("/metrics")).status_code == 404
        assert (await http.get("/l/forged")).status_code == 404


async def test_people_reach_the_portal_and_it_reaches_the_api(running: Stack) -> None:
    async with running.client("nobody") as http:
        assert "Göran Ängström" in (await http.get("/")).text
        answer = await http.post("/logga-in/demo", data={"sub": "b-1-admin", "till": "/"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/klienthanteraren")
        page = (await http.get("/klienthanteraren")).text
        assert ">Koppla klient<" in page
        assert "går inte att nå" not in page
        assert (await http.get("/forfragningar")).status_code == 200
    # The door by which it calls is for containers alone.
    assert "8083" not in await docker("port", running.name("gateway"))


async def test_topics_are_as_the_contract_says(running: Stack) -> None:
    out = await docker(
        *("exec", running.name("kafka"), "/opt/kafka/bin/kafka-topics.sh"),
        *("--bootstrap-server", "localhost:9092", "--describe", "--exclude-internal"),
    )
    said = {
        line.split("\t")[0].removeprefix("Topic: ").strip(): line
        for line in out.splitlines()
        if "PartitionCount" in line
    }
    assert said.keys() == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        assert f"PartitionCount: {topic.partitions}" in said[topic.name]
        for name, value in topic.config.items():
            assert f"{name}={value}" in said[topic.name]


async def test_a_service_reaches_its_own_database_and_no_other(running: Stack) -> None:
    async def asked(url: str, sql: str) -> tuple[int, str]:
        at_home = url.replace("@postgres:", "@127.0.0.1:")
        psql = ("psql", at_home, "-XAtc", sql)
        code, out, err = await attempt("exec", running.name("postgres"), *psql)
        return code, out + err

    for service in SERVICES:
        url = (running.folder / f"{service}_runtime_url").read_text().strip()
        assert await asked(url, "SELECT current_user") == (0, f"{service}_runtime\n")
        assert "permission denied" in (await asked(url, "CREATE TABLE x (y int)"))[1]
        for other in {*SERVICES, "postgres"} - {service}:
            elsewhere = url.rpartition("/")[0] + f"/{other}"
            code, said = await asked(elsewhere, "SELECT 1")
            assert code == 2
            assert "permission denied for database" in said
        for host in ("postgres", "127.0.0.1"):
            without = f"postgresql://{service}_runtime@{host}:5432/{service}"
            assert "no password supplied" in (await asked(without, "SELECT 1"))[1]


async def test_no_secret_is_seen_from_outside_of_its_container(running: Stack) -> None:
    names = await docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}")
    about = await docker("inspect", *names.split())
    for file in running.folder.iterdir():
        if file.is_file() and file.name not in ("smtp_url", "jwks.json", "test.env"):
            secret = file.read_text().strip()
            assert not secret or secret not in about, file.name


async def test_kafka_and_postgresql_may_be_left_out(running: Stack) -> None:
    files = ("-f", "compose.yaml", "-f", "ops/compose.own.yaml")
    settings = ("--env-file", str(running.folder / "test.env"))
    left = (await docker("compose", *files, *settings, "config", "--services")).split()
    assert not {"kafka", "postgres"} & set(left)
    assert {"topics", "linking-migrate", "linking-serve"} <= set(left)


async def test_prometheus_reaches_every_process_and_knows_its_rules(running: Stack) -> None:
    await docker(
        *("exec", running.name("prometheus"), "promtool", "check", "config"),
        "/etc/prometheus/prometheus.yml",
    )
    at = f"http://{setting(running.folder, 'PROMETHEUS_LISTEN')}"

    async def all_up() -> bool:
        found = await targets(at)
        return len(found) >= 13 and all(one["health"] == "up" for one in found)

    await until(all_up, 120, every=1, what="every target to be up")
    async with httpx.AsyncClient(base_url=at, timeout=20, trust_env=False) as http:
        groups = (await http.get("/api/v1/rules")).json()["data"]["groups"]
        rules = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
        assert rules.keys() >= {"OutboxGrows", "DeadLetters", "ConsumerBehind"}
        lag = (await http.get("/api/v1/query", params={"query": "koppla_consumer_lag"})).json()
        services = {one["metric"]["service"] for one in lag["data"]["result"]}
        assert services == set(SERVICES)


async def test_a_role_may_have_more_replicas(running: Stack) -> None:
    scaled = ("--scale", "search-serve=2", "--scale", "linking-relay=2")
    await running.compose_command("up", "-d", "--wait", "--no-recreate", *scaled)
    await docker("kill", running.name("search-serve"))
    async with running.client("b-1-admin", "bureau_admin", bureau_id="b-1") as http:
        for _ in range(10):
            found = await http.post("/v1/client-searches", json={"tenant_id": CLIENT})
            assert found.status_code == 200, found.text
    await running.act("start", "search-serve")
    await running.healthy("search-serve")
    once = ("--scale", "search-serve=1", "--scale", "linking-relay=1")
    await running.compose_command("up", "-d", "--wait", "--no-recreate", *once)


async def test_what_is_away_says_so_to_people_and_to_programs(running: Stack) -> None:
    link = "/l/whatever"
    await running.act("stop", "linking-serve")
    try:
        async with running.client("b-1-admin", "bureau_admin", bureau_id="b-1") as http:
            page = await http.get(link, headers={"accept": "text/html,*/*;q=0.8"})
            assert (page.status_code, page.headers["retry-after"]) == (503, "2")
            assert page.headers["content-type"].startswith("text/html")
            assert page.headers["cache-control"] == "no-store"
            assert "Sidan går inte att nå just nu" in page.text
            sent = await http.post(f"{link}/accept", headers={"accept": "text/html"}, data={})
            assert (sent.status_code, "Försök igen" in sent.text) == (503, True)
            for path, accept in (("/v1/links", "text/html"), (link, "application/json")):
                refused = await http.get(path, headers={"accept": accept})
                assert refused.headers["content-type"] == "application/problem+json"
                assert (refused.status_code, refused.json()["code"]) == (503, "UNAVAILABLE")
    finally:
        await running.act("start", "linking-serve")
        await running.healthy("linking-serve")


async def test_the_gateway_does_tls_with_a_certificate_of_one_s_own(running: Stack) -> None:
    authority = Authority()
    ours = authority.certify("gateway", "localhost")
    for name, content in (("tls_certificate", ours.certificate), ("tls_key", ours.key)):
        (running.folder / name).write_text(content)
        (running.folder / name).chmod(0o444)
    files = ("-f", "compose.yaml", "-f", "ops/compose.tls.yaml")
    settings = ("--env-file", str(running.folder / "test.env"))
    up = ("up", "-d", "--wait", "--no-deps", "gateway")
    await docker("compose", *files, *settings, *up, deadline=180)
    try:
        trusting = ssl.create_default_context(cadata=authority.certificate)
        url = running.url.replace("http://", "https://")
        async with httpx.AsyncClient(base_url=url, verify=trusting, trust_env=False) as http:
            assert (await http.get("/readyz", timeout=30)).json() == {"status": "ok"}
            # The portal's way to the API is another one, and stays.
            await http.post("/logga-in/demo", data={"sub": "b-1-admin", "till": "/"})
            assert "går inte att nå" not in (await http.get("/klienthanteraren")).text
    finally:
        await running.compose_command(*up)
