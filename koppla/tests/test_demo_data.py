import json
import re
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import pytest

from contracts.org_number import OrgNumber
from koppla.demo_data import Record, generate, write
from koppla.demo_names import EXCLUDED_GROUPS

CLIENT_FIELDS = ["tenant_id", "org_number", "name", "city", "system_admins"]
BUREAU_FIELDS = [
    "bureau_id",
    "org_number",
    "name",
    "group",
    "multi_company_setup",
    "entry_points",
    "users",
]
USER_FIELDS = ["user_id", "name", "email", "locale"]
EMAIL = re.compile(r"[a-z0-9.-]+@[a-z0-9-]{1,63}\.example")


@pytest.fixture(scope="module")
def clients() -> list[Record]:
    return list(generate(20_000, 0, seed=7)[0])


@pytest.fixture(scope="module")
def bureaus() -> list[Record]:
    return list(generate(0, 400, seed=7)[1])


def test_clients_have_the_shape_of_client_records(clients: list[Record]) -> None:  # R16, R17
    for client in clients:
        assert list(client) == CLIENT_FIELDS
        assert re.fullmatch(r"[0-9]{1,12}", client["tenant_id"])
        assert OrgNumber.parse(client["org_number"]).display == client["org_number"]
        assert client["name"].strip()
        assert client["city"].strip()
        assert all(list(admin) == USER_FIELDS for admin in client["system_admins"])
    assert len({client["tenant_id"] for client in clients}) == len(clients)


def test_bureaus_have_the_shape_of_bureau_records(bureaus: list[Record]) -> None:  # R9
    for bureau in bureaus:
        assert list(bureau) == BUREAU_FIELDS
        assert OrgNumber.parse(bureau["org_number"]).display == bureau["org_number"]
        assert isinstance(bureau["multi_company_setup"], bool)
        assert bureau["entry_points"] in (
            ["client_manager", "digital_bureau"],
            ["client_manager"],
            ["digital_bureau"],
        )
        roles = Counter(user["role"] for user in bureau["users"])
        assert roles.keys() == {"bureau_admin", "consultant"}
        assert roles["bureau_admin"] in (1, 2)
        assert 1 <= roles["consultant"] <= 5
        assert all(list(user) == [*USER_FIELDS, "role"] for user in bureau["users"])
    assert len({bureau["bureau_id"] for bureau in bureaus}) == len(bureaus)
    assert len({bureau["org_number"] for bureau in bureaus}) == len(bureaus)


def test_each_person_has_one_user_id_and_one_reserved_address(  # R21
    clients: list[Record], bureaus: list[Record]
) -> None:
    addresses: defaultdict[str, set[str]] = defaultdict(set)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    staffs = [client["system_admins"] for client in clients]
    staffs += [bureau["users"] for bureau in bureaus]
    for staff in staffs:
        assert len({user["email"] for user in staff}) == len(staff)
        for user in staff:
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", user["user_id"])
            assert EMAIL.fullmatch(user["email"])
            assert user["locale"] in ("sv", "en")
            addresses[user["user_id"]].add(user["email"])
            owners[user["email"]].add(user["user_id"])
    assert all(len(of_one) == 1 for of_one in addresses.values())
    assert all(len(of_one) == 1 for of_one in owners.values())


def test_shares_are_those_of_real_life(clients: list[Record]) -> None:  # R17, R22
    tenants = Counter(client["org_number"] for client in clients)
    personal = sum(OrgNumber.parse(number).is_personal for number in tenants)
    admins = Counter(len(client["system_admins"]) for client in clients)
    locales = Counter(admin["locale"] for client in clients for admin in client["system_admins"])
    several = sum(count > 1 for count in tenants.values())
    assert several / len(tenants) == pytest.approx(0.01, abs=0.0005)
    assert personal / len(tenants) == pytest.approx(0.10, abs=0.001)
    assert admins[0] / len(clients) == pytest.approx(0.02, abs=0.0005)
    assert sorted(admins) == [0, 1, 2, 3, 4]
    assert locales["en"] / locales.total() == pytest.approx(0.08, abs=0.01)
    assert all(any(letter in client["name"] for client in clients) for letter in "åäöÅÄÖ")


def test_a_small_directory_has_the_rare_shapes_too() -> None:  # R12, R17, R22
    clients, bureaus = (list(records) for records in generate(100, 180, seed=1))
    assert sum(not client["system_admins"] for client in clients) == 2
    assert {bureau["group"] for bureau in bureaus} >= set(EXCLUDED_GROUPS)
    assert any(bureau["multi_company_setup"] for bureau in bureaus)
    assert any(OrgNumber.parse(client["org_number"]).is_personal for client in clients)


def test_a_few_bureaus_are_excluded(bureaus: list[Record]) -> None:  # R11, R12
    excluded = sum(bureau["group"] in EXCLUDED_GROUPS for bureau in bureaus)
    assert excluded == 20
    assert sum(bureau["multi_company_setup"] for bureau in bureaus) == 16
    assert any(bureau["group"] not in (None, *EXCLUDED_GROUPS) for bureau in bureaus)


def test_tenants_of_one_number_can_be_told_apart(clients: list[Record]) -> None:  # R17
    names: defaultdict[str, list[str]] = defaultdict(list)
    for client in clients:
        names[client["org_number"]].append(client["name"])
    for of_one in names.values():
        assert len(set(of_one)) == len(of_one)
        assert all(name.startswith(of_one[0]) for name in of_one)


def test_sole_traders_have_numbers_that_are_kept_for_tests(clients: list[Record]) -> None:  # R17
    numbers = {OrgNumber.parse(client["org_number"]) for client in clients}
    personal = [number for number in numbers if number.is_personal]
    assert all(980 <= int(number.digits[6:9]) <= 999 for number in personal)
    assert any(int(number.digits[4:6]) > 60 for number in personal)


def test_clients_and_bureaus_share_no_number(  # R17
    clients: list[Record], bureaus: list[Record]
) -> None:
    assert not {client["org_number"] for client in clients} & {
        bureau["org_number"] for bureau in bureaus
    }


@pytest.mark.parametrize("seed", [0, 1, 7, -3, 2**80])
def test_the_first_of_each_is_the_same_for_every_seed(seed: int) -> None:  # R20
    clients, bureaus = generate(300, 40, seed)
    client, *other_clients = clients
    bureau, *other_bureaus = bureaus
    assert client["tenant_id"] == "100001"
    assert not OrgNumber.parse(client["org_number"]).is_personal
    assert client["name"] == "Åkerströms Måleri i Örebro AB"
    assert [admin["locale"] for admin in client["system_admins"]] == ["sv", "en"]
    assert bureau["bureau_id"] == "b-1"
    assert bureau["group"] is None
    assert bureau["multi_company_setup"] is False
    assert bureau["entry_points"] == ["client_manager", "digital_bureau"]
    assert {user["user_id"]: user["role"] for user in bureau["users"]} == {
        "b-1-admin": "bureau_admin",
        "b-1-consultant": "consultant",
    }
    assert client == next(generate(1, 0, seed=99)[0])
    assert bureau == next(generate(0, 1, seed=99)[1])
    taken = {other["org_number"] for other in other_clients + other_bureaus}
    assert not taken & {client["org_number"], bureau["org_number"]}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = (write(tmp_path / name, 500, 50, seed=3) for name in ("once", "again"))
    other = write(tmp_path / "other", 500, 50, seed=4)
    for one, two, three in zip(once, again, other, strict=True):
        assert one.read_bytes() == two.read_bytes()
        assert one.read_bytes() != three.read_bytes()


def test_a_larger_directory_begins_with_the_smaller_one() -> None:
    for small, large in zip(generate(700, 60, 5), generate(3000, 200, 5), strict=True):
        kept = list(small)
        assert list(islice(large, len(kept))) == kept


def test_the_files_are_json_lines_in_plain_utf8(tmp_path: Path) -> None:  # R47
    paths = write(tmp_path / "made" / "new", 30, 4, seed=3)
    assert [path.name for path in paths] == ["clients.jsonl", "bureaus.jsonl"]
    for path, records in zip(paths, generate(30, 4, seed=3), strict=True):
        text = path.read_bytes().decode("utf-8")
        assert text.endswith("\n")
        assert "\\u" not in text
        assert "\r" not in text
        assert [json.loads(line) for line in text.splitlines()] == list(records)


def test_a_write_that_fails_leaves_the_earlier_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, _ = write(tmp_path, 10, 2, seed=3)
    before = clients.read_bytes()

    class DiskFullError(OSError):
        pass

    def full(_: int) -> None:
        raise DiskFullError

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DiskFullError):
        write(tmp_path, 20, 2, seed=3)
    assert clients.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bureaus.jsonl", "clients.jsonl"]


def test_nothing_asked_for_is_an_empty_file(tmp_path: Path) -> None:
    assert [path.read_bytes() for path in write(tmp_path, 0, 0, seed=1)] == [b"", b""]


@pytest.mark.parametrize(("clients", "bureaus"), [(-1, 0), (0, -1), (1_000_001, 0), (0, 100_001)])
def test_counts_out_of_range_are_refused_before_anything_is_written(
    tmp_path: Path, clients: int, bureaus: int
) -> None:
    with pytest.raises(ValueError, match="must be 0-"):
        write(tmp_path / "out", clients, bureaus, seed=1)
    assert not (tmp_path / "out").exists()
