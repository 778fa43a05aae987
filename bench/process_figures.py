"""What the processes of a world take: memory and CPU, by role."""

import asyncio
import statistics
import time
from collections import defaultdict

import psutil

from tests.faults.world import World

SAMPLE_S = 10.0


class Memory:
    """Proportional resident MB of each role's processes, every ten seconds."""

    def __init__(self, running: World) -> None:
        self._world = running
        self.samples: list[tuple[float, dict[str, float]]] = []

    async def watch(self) -> None:
        """For ever."""
        began = time.monotonic()
        while True:
            sums: dict[str, float] = defaultdict(float)
            for one in self._world.processes():
                sums[f"{one.service} {one.role}"] += _pss(one.pid)
            self.samples.append((time.monotonic() - began, dict(sums)))
            await asyncio.sleep(SAMPLE_S)

    def between(self, since: float, until_: float) -> dict[str, float]:
        """Means by role."""
        chosen = [sums for at, sums in self.samples if since <= at < until_]
        return {
            role: statistics.mean(sums[role] for sums in chosen)
            for role in (chosen[0] if chosen else ())
        }


class Spent:
    """Seconds of CPU by role since it was made; PostgreSQL, Kafka and the calling process, too."""

    def __init__(self, running: World) -> None:
        self._world = running
        self._before = self._now()

    def since(self) -> dict[str, float]:
        return {role: spent - self._before[role] for role, spent in self._now().items()}

    def _now(self) -> dict[str, float]:
        spent: dict[str, float] = defaultdict(float)
        for one in self._world.processes():
            spent[f"{one.service} {one.role}"] += _cpu(psutil.Process(one.pid))
        me = psutil.Process()
        spent["calling"] = _cpu(me)
        for child in me.children(recursive=True):
            name = child.name()
            if name in ("java", "postgres"):
                spent[name] += _cpu(child)
        return spent


def _cpu(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.NoSuchProcess:
        return 0.0


def _pss(pid: int) -> float:
    return float(psutil.Process(pid).memory_full_info().pss) / 2**20
