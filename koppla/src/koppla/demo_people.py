"""Whom one can be at the portal's page for development: users of the imported directory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from contracts.events.directory import BureauRecord
from koppla.demo_names import EXCLUDED_GROUPS
from koppla.directory_file import DirectoryFile
from koppla.issuer import DevelopmentIssuer
from portal.sign_in.demo import Demo, DemoPerson, Kind, SigningKey

SUPPORT = DemoPerson(
    sub="support-1",
    name="Stina Kundtjänst",
    email="kundtjanst@koppla.example",
    kind="support",
    roles=("support_agent",),
)
_GROUPS = {group.casefold() for group in EXCLUDED_GROUPS}
_MOST_BUREAUS = 5
"""Ordinary ones; a list of all would help nobody to choose."""


class DirectoryDemo(Demo):
    """folder: the run's data folder, with what was imported and the development issuer's key."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SigningKey.model_validate(DevelopmentIssuer(folder).document()))
        self._file = DirectoryFile(folder, "bureaus")

    def people(self) -> Sequence[DemoPerson]:
        """As imported now."""
        state = self._file.state().values()
        return people_of(BureauRecord.model_validate_json(one) for one in state if one)


def people_of(bureaus: Iterator[BureauRecord]) -> list[DemoPerson]:
    """Users of the first bureaus, of one that is excluded, of one with a multi-company set-up, and
    an agent of customer service."""
    chosen: dict[Kind, list[BureauRecord]] = {"bureau": [], "excluded": [], "multi_company": []}
    for bureau in bureaus:
        of_kind = chosen[_kind(bureau)]
        if bureau.users and len(of_kind) < (_MOST_BUREAUS if _kind(bureau) == "bureau" else 1):
            of_kind.append(bureau)
    people = [
        _person(bureau, user)
        for some in chosen.values()
        for bureau in some
        for user in bureau.users
    ]
    return [*people, SUPPORT]


def _kind(bureau: BureauRecord) -> Kind:
    if bureau.multi_company_setup:
        return "multi_company"
    return "excluded" if (bureau.group or "").strip().casefold() in _GROUPS else "bureau"


def _person(bureau: BureauRecord, user: Any) -> DemoPerson:
    return DemoPerson(
        sub=user.user_id,
        name=user.name,
        email=user.email,
        kind=_kind(bureau),
        roles=(user.role,),
        bureau_id=bureau.bureau_id,
        bureau_name=bureau.name,
    )
