"""Every role of every service as a process of its own, kept up as a container engine would."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import httpx
import psutil

from koppla.embedded.ports import free_port
from koppla.embedded.processes import Child, spawn
from koppla.waiting import until

READY = 180.0  # seconds; twenty processes on two cores start slowly


class Process:
    """One replica of a role. wanted: whether the keeper may start it again. environment: what
    its next starts have above the settings."""

    def __init__(
        self, service: str, role: str, number: int, settings: Mapping[str, str], folder: Path
    ) -> None:
        self.service = service
        self.role = role
        self.name = f"{service}-{role}-{number}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.wanted = False
        self.starts = 0
        self.failpoint: str | None = None
        self.environment: dict[str, str] = {}
        self._settings = dict(settings)
        self._folder = folder
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.returncode is None

    @property
    def log(self) -> Path:
        return self._folder / f"{self.name}.log"

    async def start(self) -> None:
        """Starts it; an armed failpoint is for this one start."""
        self.wanted = True
        self.starts += 1
        environment = {**self._settings, **self.environment}
        if self.failpoint is not None:
            environment["KOPPLA_FAILPOINT"] = self.failpoint
            self.failpoint = None
        self._child = await spawn(
            [
                *(sys.executable, "-m", self.service, self.role),
                *("--host", "127.0.0.1", "--port", str(self.port)),
            ],
            cwd=self._folder,
            log=self.log,
            env=environment,
        )

    async def is_ready(self) -> bool:
        try:
            async with httpx.AsyncClient(verify=False, trust_env=False) as http:
                return (await http.get(f"{self.url}/readyz", timeout=5)).status_code == 200
        except httpx.TransportError:
            return False

    async def ready(self) -> None:
        await until(self.is_ready, READY, every=0.1, what=f"{self.name} to be ready")

    async def kill(self) -> None:
        """SIGKILL; the keeper starts it again."""
        if self._child is not None:
            await self._child.stop()

    async def terminate(self) -> int:
        """SIGTERM; its exit code. The keeper starts it again."""
        assert self._child is not None
        self._child.send(signal.SIGCONT)
        return await self._child.stop((signal.SIGTERM, 60))

    async def restart(self) -> None:
        """SIGTERM; returns when the keeper has started it again and it is ready."""
        before = self.starts
        await self.terminate()
        await until(lambda: self.starts > before, READY, every=0.05, what=f"{self.name} to start")
        await self.ready()

    async def shut(self) -> int:
        """SIGTERM, for good."""
        self.wanted = False
        return await self.terminate()

    def halt(self) -> None:
        assert self._child is not None
        self._child.send(signal.SIGSTOP)

    def wake(self) -> None:
        assert self._child is not None
        self._child.send(signal.SIGCONT)

    @property
    def halted(self) -> bool:
        try:
            return bool(psutil.Process(self.pid).status() == psutil.STATUS_STOPPED)
        except psutil.NoSuchProcess:
            return False


class Keeper:
    """Starts again what has ended and is wanted. kept: how often it had to."""

    def __init__(self, processes: Iterable[Process]) -> None:
        self.processes = list(processes)
        self.kept = 0
        self._task: asyncio.Task[None] | None = None

    def select(self, chosen: Callable[[Process], bool]) -> Iterator[Process]:
        return (process for process in self.processes if chosen(process))

    async def start(self) -> None:
        for process in self.processes:
            await process.start()
        self._task = asyncio.create_task(self._keep(), name="keeper")
        await self.ready()

    async def ready(self) -> None:
        for process in self.select(lambda process: process.wanted):
            await process.ready()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*(process.shut() for process in self.processes if process.runs))

    async def _keep(self) -> None:
        while True:
            for process in self.processes:
                if process.wanted and not process.runs:
                    self.kept += 1
                    await process.start()
            await asyncio.sleep(0.1)
