"""`koppla up` as a person runs it: a process of its own, driven by its port and its commands."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil

from koppla.embedded.ports import free_port
from koppla.issuer import DevelopmentIssuer
from koppla.waiting import until

KOPPLA = str(Path(sys.executable).with_name("koppla"))
READY = "Koppla is ready: "


class Platform:
    """One data folder and the run on it. options: more of `koppla up`'s. settings: of its
    environment."""

    def __init__(self, data: Path, *options: str, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.options = options
        self.settings = settings
        self.process: asyncio.subprocess.Process | None = None
        self.issuer = DevelopmentIssuer(data)
        self.printed: list[str] = []
        self.starts = 0
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the ready line was printed."""
        self.printed = []
        self.starts += 1
        # Errors go to a file, so that a full pipe can't stop the run.
        with (self.data / "up.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(KOPPLA, "up", "--data", str(self.data), "--port", str(self.port)),
                *self.options,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **self.settings},
            )
        self._reading = asyncio.create_task(self._read())
        await until(self._is_ready, 120, what="the ready line")

    def _is_ready(self) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(
                f"koppla up ended with {self.process.returncode}: {self.log()[-2000:]}"
            )
        return any(line.startswith(READY) for line in self.printed)

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.printed.append(line.decode().rstrip("\n"))

    def log(self) -> str:
        return (self.data / "up.log").read_text()

    async def kill(self) -> None:
        """kill -9 of the process; its children end with it."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await until(lambda: not any(_alive(child) for child in children), 30, what="the children")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it in order; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 60)
        if self._reading is not None:
            await self._reading
        return code

    def client(self, sub: str, *roles: str, bureau_id: str | None = None) -> httpx.AsyncClient:
        """An HTTP client of somebody; of nobody where there is no role."""
        headers = {}
        if roles:
            token = self.issuer.token(sub, roles, bureau_id=bureau_id, ttl=7200)
            headers["authorization"] = f"Bearer {token}"
        limits = httpx.Limits(max_connections=20)
        # Plain HTTP: without `verify=False` each client would read the system's certificates first.
        return httpx.AsyncClient(
            base_url=self.url,
            headers=headers,
            timeout=60,
            limits=limits,
            trust_env=False,
            verify=False,
        )

    def run_json(self) -> dict[str, Any]:
        run: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        return run


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def koppla(
    *arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """One command: exit code, standard output, standard error."""
    return await run([KOPPLA, *map(str, arguments)], cwd, env)


async def shell(command: str, cwd: Path) -> tuple[int, str, str]:
    return await run(["bash", "-c", command], cwd)


async def run(
    command: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COLUMNS": "120", **(env or {})},
    )
    out, err = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
