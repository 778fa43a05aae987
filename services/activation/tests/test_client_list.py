"""The client list: complete, none foreign, in Swedish order, a page at a time."""

import base64

import asyncpg
import pytest

from activation.directory import named, numbered
from contracts.envelope import uuid7
from contracts.org_number import luhn_check_digit
from services.activation.tests.bureau import (
    READ_BOOKS,
    READ_PAYROLL,
    THEN,
    Activation,
    bureau,
    client,
    linked,
    refused,
    user,
)

PERSONAL = "850101-123" + luhn_check_digit("850101123")


@pytest.fixture
async def activated(service: Activation) -> Activation:
    """Five activated clients, a sole trader among them, one that is not activated, one foreign."""
    names = {"1": "Öberg AB", "20": "Åkeri 100% AB", "3": "alfa ab", "4": "Zäta AB", "5": "Eva Ek"}
    await service.publish(
        *(
            client(tenant_id, name, PERSONAL if tenant_id == "5" else "556469-6291")
            for tenant_id, name in names.items()
        ),
        *(linked(tenant_id, name=name) for tenant_id, name in names.items()),
        linked("6", name="Ej aktiverad AB"),
        linked("7", name="Främmande AB", bureau_id="b-2"),
    )
    for tenant_id in names:
        await service.activate(tenant_id, {"bo": [READ_BOOKS]} if tenant_id == "20" else None)
    return service


async def test_clients_come_in_swedish_order(activated: Activation) -> None:  # R40 R43
    assert await activated.listed("bo") == ["3", "5", "4", "20", "1"]


async def test_each_user_sees_where_she_may_sign_in(activated: Activation) -> None:  # R40
    for who, open_to in (("bo", {"20"}), ("eva", set()), ("anna", set())):
        items = (await activated.get("/v1/clients", who)).json()["items"]
        assert {item["tenant_id"] for item in items if item["may_sign_in"]} == open_to
        assert all(bool(item["programs"]) == item["may_sign_in"] for item in items)


async def test_the_route_makes_no_difference(service: Activation) -> None:  # R3 R42 R46
    await service.publish(linked("1", route="digital"), linked("2", route="paper_form"))
    for tenant_id in ("1", "2"):
        await service.activate(tenant_id, {"bo": [READ_BOOKS]})
    one, other = (await service.get("/v1/clients", "bo")).json()["items"]
    assert {**one, "tenant_id": "2"} == other
    assert (await service.sign_in("bo", "1")).status_code == 200
    assert (await service.sign_in("bo", "2")).status_code == 200
    assert (await service.get("/v1/clients/2")).json()["accepted_by"] is None


SEARCHES = [
    ("ÅKERI", ["20"]),
    ("öberg", ["1"]),
    ("a\u030akeri", ["20"]),
    (" ab ", ["3", "4", "20", "1"]),
    ("0%", ["20"]),
    ("_", []),
    ("akeri", []),
    ("Främmande", []),
    ("Ej aktiverad", []),
    ("20", ["20"]),
    ("556469-6291", ["3", "4", "20", "1"]),
    ("5564 6962 91", ["3", "4", "20", "1"]),
    ("165564696291", ["3", "4", "20", "1"]),
    ("556469-62", ["3", "4", "20", "1"]),
    ("850101", ["5"]),
    (PERSONAL, ["5"]),
    ("19" + PERSONAL.replace("-", ""), ["5"]),
    (PERSONAL[:-1], []),
    ("850101-1", []),
    ("", ["3", "5", "4", "20", "1"]),
    ("  ", ["3", "5", "4", "20", "1"]),
]


async def test_search_by_name_database_id_or_number(activated: Activation) -> None:  # R40
    for query, found in SEARCHES:
        answer = await activated.get("/v1/clients", "bo", params={"query": query})
        assert [item["tenant_id"] for item in answer.json()["items"]] == found, query


async def test_a_sole_traders_number_is_masked_unless_searched_by(activated: Activation) -> None:
    async def shown(query: str) -> str:
        answer = await activated.get("/v1/clients", params={"query": query})
        return str(answer.json()["items"][0]["org_number"])

    assert await shown("Eva Ek") == "850101-****"
    assert await shown("850101") == "850101-****"
    assert await shown(PERSONAL) == PERSONAL
    answer = await activated.get("/v1/clients/5")
    assert answer.json()["org_number"] == "850101-****"


async def test_a_masked_number_of_an_event_is_shown_as_it_is(service: Activation) -> None:
    await service.publish(linked("1", name="Eva Ek", org_number="850101-****"))
    items = (await service.get("/v1/activation-list")).json()["items"]
    assert items[0]["org_number"] == "850101-****"
    await service.activate("1")
    assert (await service.get("/v1/clients/1")).json()["org_number"] == "850101-****"


async def test_a_new_name_moves_the_client(activated: Activation) -> None:
    await activated.publish(client("1", "Aard AB"))
    assert await activated.listed("bo") == ["1", "3", "5", "4", "20"]
    answer = await activated.get("/v1/clients", params={"query": "öberg"})
    assert answer.json()["items"] == []


async def test_names_come_back_as_they_are_written(service: Activation) -> None:  # R47
    name = "Åsa & Örjans Café “Ärtan” AB"
    await service.publish(linked("1", name=name))
    await service.activate("1")
    assert (await service.get("/v1/clients/1")).json()["name"] == name


async def test_another_bureaus_clients_do_not_exist(activated: Activation) -> None:  # R43
    await activated.publish(bureau("b-2", user("cia", "bureau_admin")))
    headers = activated.harness.bearer("cia", "bureau_admin", bureau_id="b-2")
    http = activated.running.http
    assert (await http.get("/v1/clients", headers=headers)).json()["items"] == []
    for method, path, body in (
        ("GET", "/v1/clients/20", None),
        ("GET", "/v1/clients/20/consultants", None),
        ("GET", "/v1/clients/20/consultants/bo", None),
        ("PUT", "/v1/clients/20/consultants/bo", {"permissions": [READ_PAYROLL]}),
        ("POST", "/v1/clients/20/sign-in", {}),
    ):
        answer = await http.request(method, path, json=body, headers=headers)
        refused(answer, 404, "CLIENT_NOT_FOUND")


async def test_five_thousand_clients_come_complete_and_in_order(
    service: Activation,
) -> None:  # R43
    await _insert(service, 5000)
    await service.publish(linked("999999", bureau_id="b-2", name="Klient 7 AB"))
    seen: list[dict[str, str]] = []
    cursor = None
    while True:
        given = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        body = (await service.get("/v1/clients", "bo", params=given)).json()
        seen += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5000
    assert {item["tenant_id"] for item in seen} == {str(n) for n in range(1, 5001)}
    swedish = "0123456789 abcdefghijklmnopqrstuvwxyzåäö"
    order = [
        ([swedish.index(letter) for letter in item["name"].lower()], int(item["tenant_id"]))
        for item in seen
    ]
    assert order == sorted(order)


async def _insert(service: Activation, number: int) -> None:
    """Activated clients with the tenant ids 1 to `number`; five share each name."""
    letters = "abcdefghijklmnopqrstuvwxyzåäö"
    rows = []
    for n in range(number):
        m = n // 5 * 7919 % 24389
        name = "".join(letters[m // 29**place % 29] for place in range(3)).title()
        rows.append((str(n + 1), named(name, str(n + 1)), numbered("556469-6291")))
    connection = await asyncpg.connect(service.running.owner_url)
    try:
        await connection.copy_records_to_table(
            "clients",
            columns=[
                *("tenant_id", "name", "folded_name", "sort_key"),
                *("org_number", "shown_org_number", "from_directory"),
            ],
            records=[(tenant, *n.values(), *o.values(), True) for tenant, n, o in rows],
        )
        await connection.copy_records_to_table(
            "linked_clients",
            columns=[
                *("bureau_id", "tenant_id", "link_id", "version", "status", "route"),
                *("linked_at", "activated_at", "revision"),
            ],
            records=[
                ("b-1", tenant, uuid7(), 2, "active", "digital", THEN, THEN, 2)
                for tenant, *_ in rows
            ],
        )
    finally:
        await connection.close()


async def test_pages_follow_each_other_whatever_their_size(activated: Activation) -> None:  # R43
    for limit in range(1, 7):
        seen, cursor = [], ""
        while True:
            given = {"limit": str(limit), "cursor": cursor}
            body = (await activated.get("/v1/clients", params=given)).json()
            seen += [item["tenant_id"] for item in body["items"]]
            cursor = body["next_cursor"]
            if cursor is None:
                break
        assert seen == ["3", "5", "4", "20", "1"]


WRONG = [
    ("limit", "0"),
    ("limit", "201"),
    ("limit", "many"),
    ("cursor", "!"),
    ("cursor", "YWJj"),
    ("cursor", "å"),
    ("cursor", "a\0b"),
    ("cursor", base64.urlsafe_b64encode(b"alfa\0\t011").decode()),
    ("cursor", base64.urlsafe_b64encode(b"\xff\t011").decode()),
    ("cursor", "A" * 5000),
    ("query", "a\0b"),
    ("query", "a\nb"),
    ("query", "a" * 201),
]


async def test_wrong_parameters_are_named(service: Activation) -> None:
    for name, value in WRONG:
        answer = await service.get("/v1/clients", params={name: value})
        refused(answer, 422, "INVALID_INPUT")
        assert [error["field"] for error in answer.json()["errors"]] == [name]
