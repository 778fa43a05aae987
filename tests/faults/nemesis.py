"""What does the harm: named faults, each of which strikes, heals, and leaves a note.

strike returns once the harm is undone; what became of it is the judge's to say.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.faults.cast import Pair
from tests.faults.history import History
from tests.faults.load import Worker
from tests.faults.world import World


@dataclass
class Nemesis:
    """random: seeded. pause: seconds that something is away, where a fault takes it away.
    person: plays the nemesis' own pairs, the last of which is for what it does to their events.
    spare: pairs that nobody plays, unlinked, and so they must be left."""

    world: World
    random: random.Random
    history: History
    pause: float
    person: Worker
    spare: Sequence[Pair]

    async def wait(self, most: float) -> None:
        await asyncio.sleep(self.random.uniform(0, most))


Strike = Callable[[Nemesis], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """name: as in docs/reliability.md."""

    name: str
    strike: Strike


FAULTS: dict[str, Fault] = {}


def fault(strike: Strike) -> Strike:
    """Registers a fault under its function's name."""
    name = strike.__name__.replace("_", "-")
    FAULTS[name] = Fault(name, strike)
    return strike
