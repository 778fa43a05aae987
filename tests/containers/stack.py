"""compose.yaml, started by testcontainers beside any other run of it: with ports, networks and
secrets of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from testcontainers.compose import DockerCompose

from koppla.deployment_secrets import ISSUER, write
from koppla.embedded.ports import free_port
from koppla.issuer import DevelopmentIssuer
from koppla.waiting import until
from tests.containers.docker import ROOT, docker

PROJECT = "koppla-test"


@dataclass(frozen=True)
class Arrived:
    """A mail for one recipient. message_id: the same where it is the same mail twice."""

    recipient: str
    message_id: str
    text: str


class Stack:
    """What runs. starts: how often anything was started again that answers people."""

    def __init__(self, compose: DockerCompose, folder: Path, url: str, maildev: str) -> None:
        self.compose = compose
        self.folder = folder
        self.url = url
        self.maildev = maildev
        self.starts = 1
        self.received: list[Arrived] = []
        self._seen: set[str] = set()
        self._issuer = DevelopmentIssuer(folder / ISSUER)

    def name(self, container: str) -> str:
        return f"{PROJECT}-{container}-1"

    async def act(self, verb: str, container: str, *options: str) -> None:
        """`docker kill`, `pause`, `unpause`, `restart`, `start` … of a container."""
        await docker(verb, *options, self.name(container))

    async def healthy(self, container: str, deadline: float = 180) -> None:
        async def is_healthy() -> bool:
            form = "{{.State.Health.Status}}"
            return (await docker("inspect", "-f", form, self.name(container))).strip() == "healthy"

        await until(is_healthy, deadline, every=0.5, what=f"{container} to be healthy")

    async def compose_command(self, *arguments: str, deadline: float = 240) -> str:
        """`docker compose …` of this project."""
        _, *command = self.compose.docker_compose_command()
        return await docker(*command, *arguments, deadline=deadline)

    async def query(self, database: str, sql: str) -> list[list[str]]:
        """Rows as text, asked by the superuser on PostgreSQL's own socket."""
        tab = "\t"
        out = await docker(
            *("exec", self.name("postgres"), "psql", "-U", "postgres", "-d", database),
            *("-XAtq", "-F", tab, "-c", sql),
        )
        return [line.split(tab) for line in out.splitlines()]

    def client(self, sub: str, *roles: str, bureau_id: str | None = None) -> httpx.AsyncClient:
        """An HTTP client of somebody; of nobody where there is no role."""
        headers = {}
        if roles:
            token = self._issuer.token(sub, roles, bureau_id=bureau_id, ttl=7200)
            headers["authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=60, trust_env=False, verify=False
        )

    async def read_mails(self) -> None:
        """Takes in what MailDev has got, until cancelled."""
        async with httpx.AsyncClient(timeout=20, trust_env=False, verify=False) as http:
            while True:
                for mail in (await http.get(f"{self.maildev}/api/email")).json():
                    if mail["id"] not in self._seen:
                        about = (await http.get(f"{self.maildev}/api/email/{mail['id']}")).json()
                        self._seen.add(mail["id"])
                        self.received += [
                            Arrived(to["address"], about["headers"]["message-id"], about["text"])
                            for to in about["to"]
                        ]
                await asyncio.sleep(0.5)


@asynccontextmanager
async def stack(folder: Path) -> AsyncIterator[Stack]:
    """All of it, healthy; taken down with its volumes. folder: for secrets, an empty one."""
    write(folder, development=True)
    ports = {
        name: f"127.0.0.1:{free_port()}"
        for name in ("KOPPLA_LISTEN", "MAILDEV_LISTEN", "PROMETHEUS_LISTEN")
    }
    url = f"http://{ports['KOPPLA_LISTEN'].replace('127.0.0.1', 'localhost')}"
    _write_settings(
        folder / "test.env",
        {
            **_settings(ROOT / "ops/development.env"),
            **ports,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "KOPPLA_PUBLIC_URL": url,
            "KOPPLA_SECRETS": str(folder),
            "KOPPLA_EDGE_NETWORK": "172.31.232.0/24",
            "KOPPLA_MAIL_RETRY_FIRST": "1s",
        },
    )
    compose = DockerCompose(
        ROOT,
        compose_file_name=["compose.yaml"],
        env_file=str(folder / "test.env"),
        build=True,
        wait=True,
    )
    running = Stack(compose, folder, url, f"http://{ports['MAILDEV_LISTEN']}")
    try:
        await asyncio.to_thread(compose.start)
        yield running
    except BaseException:
        (ROOT / "containers.log").write_text("\n".join(await asyncio.to_thread(compose.get_logs)))
        raise
    finally:
        await asyncio.to_thread(compose.stop)


def _settings(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and line[0] != "#"]
    return dict(line.split("=", 1) for line in lines)


def _write_settings(file: Path, settings: Mapping[str, str]) -> None:
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


async def targets(prometheus: str) -> list[dict[str, Any]]:
    """What Prometheus scrapes, and how that goes."""
    async with httpx.AsyncClient(timeout=20, trust_env=False, verify=False) as http:
        answer = (await http.get(f"{prometheus}/api/v1/targets")).json()
    active: list[dict[str, Any]] = answer["data"]["activeTargets"]
    return active


def setting(folder: Path, name: str) -> str:
    """What the stack was told, by the name of the variable."""
    return _settings(folder / "test.env")[name]
