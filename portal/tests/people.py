"""Bureaus and clients of the portal's tests: a client a test, so that none disturbs another."""

from itertools import count
from typing import Any

from contracts.org_number import OrgNumber, luhn_check_digit

Record = dict[str, Any]
_NUMBERS = count(100)


def _number() -> str:
    nine = f"556{next(_NUMBERS):06}"
    return OrgNumber(nine + luhn_check_digit(nine)).display


def _user(user_id: str, name: str, **more: str) -> Record:
    return {"user_id": user_id, "name": name, "email": f"{user_id}@mail.example", **more}


def _bureau(bureau_id: str, name: str, *users: Record, **more: Any) -> Record:
    points = ["client_manager", "digital_bureau"]
    about = {"bureau_id": bureau_id, "org_number": _number(), "name": name, "group": None}
    return {**about, "multi_company_setup": False, "entry_points": points, "users": users} | more


def _client(tenant_id: str, name: str, city: str = "Växjö", **more: Any) -> Record:
    admins = [
        _user(f"{tenant_id}-1", "Åsa Öberg"),
        _user(f"{tenant_id}-2", "Emil Häger"),
    ]
    about = {"tenant_id": tenant_id, "org_number": _number(), "name": name, "city": city}
    return {**about, "system_admins": admins, **more}


ADMIN, CONSULTANT, OTHER_ADMIN = "Ada Byråsson", "Bo Konsult", "Cilla Kontor"
EXCLUDED, MULTI_COMPANY, SUPPORT = "Dan Kedja", "Eva Flerbolag", "Stina Kundtjänst"
ONE_ENTRY = "Frida Ensam"
BIG_ADMIN, BIG_CONSULTANT = "Greta Stor", "Hugo Stor"
LINKED_ADMIN, LINKED_CONSULTANT, LINKED_OTHER = "Gunilla Östman", "Cea Skrivare", "Bea Läsare"

_SEVERAL, _TWICE = _number(), _number()
CLIENTS: list[Record] = [
    _client("1001", "Överbyns Åkeri AB"),
    _client("1002", "Ångbåtens Kök & Bar AB", "Luleå"),
    _client("1003", "Utan Admin AB", system_admins=[]),
    _client("1004", "Tvilling AB", org_number=_SEVERAL),
    _client("1005", "Tvilling AB, Butiken", "Lund", org_number=_SEVERAL),
    _client("1006", "Dubbelklick AB"),
    _client("1007", "Återtagen AB"),
    _client("1008", "Svar AB"),
    _client("1009", "<b>Märke</b> & Son AB"),
    _client("1010", "Utloggad AB"),
    _client("1011", "Hela Vägen AB"),
    _client("1012", "Bakåt AB"),
    _client("1013", "Igen AB"),
    _client("1014", "Senare AB"),
    # Asked for, or linked, in tests of what a page says now.
    *(_client(str(1020 + place), f"Läge {place:02} AB") for place in range(20)),
    # Of the bureau that links and activates; and one company with two databases.
    *(_client(str(1100 + place), f"Länkad {place:02} AB") for place in range(43)),
    *(_client(str(1160 + place), f"Delvis {place:02} AB") for place in range(12)),
    _client("1150", "Dubbel Bas AB", org_number=_TWICE),
    _client("1151", "Dubbel Bas AB, Lagret", "Lund", org_number=_TWICE),
    # Of a bureau with many: more than one page of them.
    *(_client(str(2001 + place), f"Mängd {place + 1:02} AB") for place in range(58)),
]
MANY = [one["tenant_id"] for one in CLIENTS if one["name"].startswith("Mängd")]
BUREAUS: list[Record] = [
    _bureau(
        "p-1",
        "Norrbyrån AB",
        _user("p-1-admin", ADMIN, role="bureau_admin"),
        _user("p-1-bo", CONSULTANT, role="consultant"),
    ),
    _bureau("p-2", "Sydbyrån AB", _user("p-2-admin", OTHER_ADMIN, role="bureau_admin")),
    _bureau("p-3", "Kedjan AB", _user("p-3-admin", EXCLUDED, role="bureau_admin"), group=" kpmg "),
    _bureau(
        "p-4",
        "Flerbolag AB",
        _user("p-4-admin", MULTI_COMPANY, role="bureau_admin"),
        multi_company_setup=True,
    ),
    _bureau(
        "p-6",
        "Storbyrån AB",
        _user("p-6-admin", BIG_ADMIN, role="bureau_admin"),
        _user("p-6-bo", BIG_CONSULTANT, role="consultant"),
    ),
    _bureau(
        "p-7",
        "Östbyrån AB",
        _user("p-7-admin", LINKED_ADMIN, role="bureau_admin"),
        _user("p-7-bea", LINKED_OTHER, role="consultant"),
        _user("p-7-cea", LINKED_CONSULTANT, role="consultant"),
    ),
    _bureau(
        "p-5",
        "Enbyrån AB",
        _user("p-5-admin", ONE_ENTRY, role="bureau_admin"),
        entry_points=["digital_bureau"],
    ),
]


def client(tenant_id: str) -> Record:
    return next(one for one in CLIENTS if one["tenant_id"] == tenant_id)
