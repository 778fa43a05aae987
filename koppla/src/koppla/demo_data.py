"""A made-up directory for `koppla demo-data` and `koppla up --demo`, with shapes as in real life.

The same seed gives the same bytes on every Python: only `Random.random()` is used, the one method
whose sequence Python promises to keep. A larger N adds records and leaves the earlier ones as
they were. Shares (no admin, several tenants, …) are dealt one a block, not drawn by chance, so
that they hold in a small directory too and never hit its first record.

Tenant 100001 and bureau b-1 are the same for every seed: the walk that is printed uses them.

Nobody is meant. Mail addresses are under .example (RFC 2606), personal numbers have the birth
numbers 980-999 that Skatteverket keeps for tests. Companies have no such series: a number here
may by chance be that of a real one.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from contracts.org_number import OrgNumber, luhn_check_digit
from koppla.demo_names import (
    BOOKS,
    CITIES,
    ENTRY_POINTS,
    EXCLUDED_GROUPS,
    GIVEN,
    MEN,
    OTHER_GROUPS,
    PLACES,
    PRACTICES,
    SURNAMES,
    TRADES,
    WOMEN,
)

Record = dict[str, Any]  # a ClientRecord or BureauRecord of design.md, as JSON
User = dict[str, str]
_T = TypeVar("_T")

MOST_CLIENTS = 1_000_000
MOST_BUREAUS = 100_000


_JSON = json.JSONEncoder(ensure_ascii=False)
_ASCII = str.maketrans("åäöéıčć", "aaoeicc")


def generate(clients: int, bureaus: int, seed: int) -> tuple[Iterator[Record], Iterator[Record]]:
    """That many ClientRecords and BureauRecords, made as they are taken.

    Raises ValueError for a count below 0 or above MOST_CLIENTS, MOST_BUREAUS (beyond, the
    numbers would repeat).
    """
    for what, wanted, most in (
        ("clients", clients, MOST_CLIENTS),
        ("bureaus", bureaus, MOST_BUREAUS),
    ):
        if not 0 <= wanted <= most:
            raise ValueError(f"{what} must be 0-{most}")
    return islice(_clients(seed), clients), islice(_bureaus(seed), bureaus)


def write(out: Path, clients: int, bureaus: int, seed: int) -> tuple[Path, Path]:
    """Writes OUT/clients.jsonl and OUT/bureaus.jsonl, each whole or not at all; returns them.

    UTF-8, a record a line. Makes the folder; raises ValueError as generate() does, and OSError.
    """
    client_records, bureau_records = generate(clients, bureaus, seed)
    out.mkdir(parents=True, exist_ok=True)
    return (
        _write_lines(out / "clients.jsonl", client_records),
        _write_lines(out / "bureaus.jsonl", bureau_records),
    )


def _write_lines(path: Path, records: Iterable[Record]) -> Path:
    # Beside the target, since a rename is atomic within one file system only.
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as lines:
            lines.writelines(f"{_JSON.encode(record)}\n" for record in records)
            lines.flush()
            os.fsync(lines.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


FIRST_CLIENT_LABEL = "akerstromsmaleri"


def _first_client() -> Record:
    """The client of the printed walk."""
    domain = f"{FIRST_CLIENT_LABEL}.example"
    return {
        "tenant_id": "100001",
        "org_number": _completed("558000001").display,
        "name": "Åkerströms Måleri i Örebro AB",
        "city": "Örebro",
        "system_admins": [
            _user("100001-admin", "Åsa Åkerström", f"asa.akerstrom@{domain}", "sv"),
            _user("100001-admin-2", "Emma Öhman", f"emma.ohman@{domain}", "en"),
        ],
    }


def _first_bureau() -> Record:
    """The bureau of the printed walk."""
    admin = _user("b-1-admin", "Göran Ängström", "goran.angstrom@norrskensbyran.example", "sv")
    consultant = _user(
        "b-1-consultant", "Linnéa Björk", "linnea.bjork@norrskensbyran.example", "sv"
    )
    return {
        "bureau_id": "b-1",
        "org_number": _completed("558000002").display,
        "name": "Norrskensbyrån Redovisning AB",
        "group": None,
        "multi_company_setup": False,
        "entry_points": list(ENTRY_POINTS),
        "users": [admin | {"role": "bureau_admin"}, consultant | {"role": "consultant"}],
    }


def _clients(seed: int) -> Iterator[Record]:
    chance = _chance(seed, "clients")
    numbers = _Numbers(seed, lane=0)
    labels = Counter([FIRST_CLIENT_LABEL])
    sole_trader = _one_in(10, _chance(seed, "sole traders"))
    several_tenants = _one_in(100, _chance(seed, "several tenants"))
    no_admin = _one_in(50, _chance(seed, "no admin"))
    tenant_ids = map(str, count(100_002))

    yield _first_client()
    for dealt in (sole_trader, several_tenants, no_admin):
        next(dealt)  # the first client's turn
    while True:
        city = _pick(chance, CITIES)
        if next(sole_trader):
            owner, name, number = _sole_trader(chance, numbers)
        else:
            owner, name, number = _company(chance, numbers, city)
        staff = _Staff(chance, _label(name, labels))
        first_admin: User | None = None
        for place in range(2 + _below(chance, 3) if next(several_tenants) else 1):
            tenant_id = next(tenant_ids)
            # The owner is an admin of every tenant of the company, under one user id.
            first_admin = first_admin or staff.hire(f"{tenant_id}-admin", owner)
            others = _pick(chance, [0, 0, 0, 0, 0, 1, 1, 1, 2, 3])
            admins = [
                first_admin,
                *(staff.hire(f"{tenant_id}-admin-{n + 2}") for n in range(others)),
            ]
            yield {
                "tenant_id": tenant_id,
                "org_number": number.display,
                "name": f"{name}, {BOOKS[place - 1]}" if place else name,
                "city": _pick(chance, CITIES) if place else city,
                "system_admins": [] if next(no_admin) else admins,
            }


def _bureaus(seed: int) -> Iterator[Record]:
    chance = _chance(seed, "bureaus")
    numbers = _Numbers(seed, lane=1)
    labels: Counter[str] = Counter()
    excluded = _one_in(20, _chance(seed, "excluded"))
    multi_company_setup = _one_in(25, _chance(seed, "multi-company set-up"))
    excluded_groups = cycle(EXCLUDED_GROUPS)

    yield _first_bureau()
    for dealt in (excluded, multi_company_setup):
        next(dealt)  # the first bureau's turn
    for bureau_id in map("b-{}".format, count(2)):
        group: str | None
        if next(excluded):
            group = next(excluded_groups)
            name = f"{group} {_pick(chance, CITIES)} AB"
        else:
            group = _pick(chance, OTHER_GROUPS) if chance.random() < 0.15 else None
            name = _bureau_name(chance)
        staff = _Staff(chance, _label(name, labels))
        yield {
            "bureau_id": bureau_id,
            "org_number": numbers.legal(_pick(chance, ["556", "559"])).display,
            "name": name,
            "group": group,
            "multi_company_setup": next(multi_company_setup),
            "entry_points": _pick(chance, [ENTRY_POINTS] * 4 + [[one] for one in ENTRY_POINTS]),
            "users": [
                staff.hire(f"{bureau_id}-{word}" + (f"-{place}" if place > 1 else ""))
                | {"role": role}
                for role, word, most in (
                    ("bureau_admin", "admin", 2),
                    ("consultant", "consultant", 5),
                )
                for place in range(1, 2 + _below(chance, most))
            ],
        }


def _sole_trader(chance: Random, numbers: "_Numbers") -> tuple[str, str, OrgNumber]:
    """Owner, name and number; the number's ninth digit is odd for a man."""
    number = numbers.personal()
    given = _pick(chance, MEN if int(number.digits[8]) % 2 else WOMEN)
    owner = f"{given} {_pick(chance, SURNAMES)}"
    return owner, f"{owner} {_pick(chance, TRADES)}", number


def _company(chance: Random, numbers: "_Numbers", city: str) -> tuple[str, str, OrgNumber]:
    """Owner, name and number; the number begins as the company form's do."""
    surname, trade = _pick(chance, SURNAMES), _pick(chance, TRADES)
    owner = f"{_pick(chance, GIVEN)} {surname}"
    place = _pick(chance, PLACES)
    form = chance.random()
    if form < 0.05:
        return owner, f"Brf {place} {1 + _below(chance, 9)}", numbers.legal("769")
    if form < 0.12:
        return owner, f"{surname} & {_pick(chance, SURNAMES)} {trade} HB", numbers.legal("969")
    stem = place if form < 0.5 else surname if surname.endswith("s") else f"{surname}s"
    town = f" i {city}" if chance.random() < 0.3 else ""
    return owner, f"{stem} {trade}{town} AB", numbers.legal(_pick(chance, ["556", "559"]))


def _bureau_name(chance: Random) -> str:
    practice = _pick(chance, PRACTICES)
    if chance.random() < 0.5:
        return f"{_pick(chance, PLACES)} {practice} AB"
    return f"{_pick(chance, SURNAMES)} & {_pick(chance, SURNAMES)} {practice} AB"


def _label(name: str, labels: Counter[str]) -> str:
    """The company's own label under .example, so that no two people share an address."""
    label = name.replace("&", "o").removesuffix(" AB").removesuffix(" HB")
    label = label.lower().translate(_ASCII).replace(" ", "")
    labels[label] += 1
    return label if labels[label] == 1 else f"{label}-{labels[label]}"


class _Staff:
    """The people of one company, each with an address of their own."""

    def __init__(self, chance: Random, label: str) -> None:
        self._chance = chance
        self._label = label
        self._addresses: Counter[str] = Counter()

    def hire(self, user_id: str, name: str | None = None) -> User:
        name = name or f"{_pick(self._chance, GIVEN)} {_pick(self._chance, SURNAMES)}"
        address = name.lower().translate(_ASCII).replace(" ", ".")
        self._addresses[address] += 1
        if self._addresses[address] > 1:
            address += str(self._addresses[address])
        locale = "en" if self._chance.random() < 0.08 else "sv"
        return _user(user_id, name, f"{address}@{self._label}.example", locale)


def _user(user_id: str, name: str, email: str, locale: str) -> User:
    return {"user_id": user_id, "name": name, "email": email, "locale": locale}


class _Numbers:
    """Organisation numbers, each once: strides through a series, coprime with its length.

    Clients take the even turns (lane 0), bureaus the odd ones (lane 1). The series 558 is left to
    the two first records.
    """

    _PLACES = 1_000_000
    _STRIDE = 618_033
    _FIRST_BIRTH = date(1945, 1, 1)
    _BIRTHS = 21_900 * 20  # days up to 2004, times the birth numbers 980-999
    _BIRTH_STRIDE = 168_101

    def __init__(self, seed: int, lane: int) -> None:
        self._seed = seed
        self._lane = lane
        self._turns: dict[str, Iterator[int]] = {}

    def legal(self, series: str) -> OrgNumber:
        """The next of three digits that begin as a company form's numbers do."""
        tail = self._turn(series) * self._STRIDE % self._PLACES
        return _completed(f"{series}{tail:06}")

    def personal(self) -> OrgNumber:
        """The next sole trader's; one in twenty is a coordination number."""
        turn = self._turn("personal")
        days, serial = divmod(turn * self._BIRTH_STRIDE % self._BIRTHS, 20)
        born = self._FIRST_BIRTH + timedelta(days=days)
        day = born.day + (60 if turn // 2 % 20 == 7 else 0)
        return _completed(f"{born:%y%m}{day:02}{980 + serial}")

    def _turn(self, series: str) -> int:
        if series not in self._turns:
            start = 2 * _below(_chance(self._seed, f"numbers {series}"), self._PLACES // 2)
            self._turns[series] = count(start + self._lane, 2)
        return next(self._turns[series])


def _completed(nine: str) -> OrgNumber:
    return OrgNumber(nine + luhn_check_digit(nine))


def _chance(seed: int, purpose: str) -> Random:
    """A stream of its own for each purpose, so that taking more of one changes no other."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - repeatable is what is wanted


def _one_in(block: int, chance: Random) -> Iterator[bool]:
    """One True in every block, and never as its first."""
    while True:
        hit = 1 + _below(chance, block - 1)
        yield from (place == hit for place in range(block))


def _below(chance: Random, limit: int) -> int:
    return int(chance.random() * limit)


def _pick(chance: Random, options: Sequence[_T]) -> _T:
    return options[_below(chance, len(options))]
