"""A portal before a gateway that can be told what to answer, and people whom no directory has."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from koppla.demo_people import DirectoryDemo
from portal.sign_in.demo import DemoPerson
from tests.support.outage import Outage, outage, portal_before
from tests.support.platform import Platform

NOBODY, STRANGER, MANY = "Nils Ingenstans", "Siv Främling", "Boel Många"
BIG = "b-many"
"""A bureau that a test imports, with MANY as its admin."""
_ROLES = ("consultant",)
_STRANGERS = (
    DemoPerson(sub="nobody", name=NOBODY, email="nils@mail.example", kind="support", roles=_ROLES),
    DemoPerson(
        sub="stranger",
        name=STRANGER,
        email="siv@mail.example",
        kind="support",
        roles=_ROLES,
        bureau_id="b-1",
    ),
    DemoPerson(
        sub=f"{BIG}-admin",
        name=MANY,
        email="boel@mail.example",
        kind="support",
        roles=("bureau_admin",),
        bureau_id=BIG,
    ),
)


class Strangers(DirectoryDemo):
    """Also a consultant of no bureau, one whom her bureau does not know, and the admin of a big
    one. broken: nobody can be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.broken = False

    def people(self) -> Sequence[DemoPerson]:
        if self.broken:
            raise RuntimeError("as if of a mistake of ours")
        return [*super().people(), *_STRANGERS]


@dataclass(frozen=True, slots=True)
class Played:
    """url: of the portal. gateway: what it asks."""

    url: str
    gateway: Outage
    people: Strangers


@asynccontextmanager
async def played(koppla: Platform, **settings: str) -> AsyncIterator[Played]:
    """settings: of the portal."""
    people = Strangers(koppla.data)
    async with (
        outage(koppla.url) as (gateway, address),
        portal_before(address, koppla.data, people, **settings) as url,
    ):
        yield Played(url, gateway, people)
