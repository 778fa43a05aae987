"""Permissions per consultant, client and program."""

import asyncio

import pytest

from contracts.events.activation import PermissionsChanged
from koppla.waiting import until
from services.activation.tests.bureau import (
    READ_BOOKS,
    READ_PAYROLL,
    WRITE_BOOKS,
    Activation,
    bureau,
    linked,
    refused,
    user,
)

CONSULTANTS = "/v1/clients/100001/consultants"


@pytest.fixture
async def activated(service: Activation) -> Activation:
    await service.publish(linked("100001"), linked("100002", name="Bageri AB"))
    await service.activate("100001", {"bo": [READ_BOOKS], "eva": [READ_PAYROLL]})
    await service.activate("100002", {"bo": [READ_BOOKS]})
    return service


async def _programs(service: Activation, who: str, tenant_id: str = "100001") -> list[str]:
    return (await service.get(f"/v1/clients/{tenant_id}", who)).json()["programs"]


async def test_the_bureaus_users_are_its_consultants(service: Activation) -> None:
    await service.publish(
        bureau("b-1", user("anna", "bureau_admin", "Östen"), user("bo", name="Åsa"), user("x"))
    )
    assert (await service.get("/v1/consultants", "bo")).json() == {
        "items": [
            {"consultant_id": "x", "name": "X", "role": "consultant"},
            {"consultant_id": "bo", "name": "Åsa", "role": "consultant"},
            {"consultant_id": "anna", "name": "Östen", "role": "bureau_admin"},
        ]
    }


async def test_an_admin_sees_everybodys_permissions(activated: Activation) -> None:  # R39
    items = (await activated.get(CONSULTANTS)).json()["items"]
    assert [(item["consultant_id"], item["permissions"]) for item in items] == [
        ("anna", []),
        ("bo", [READ_BOOKS]),
        ("eva", [READ_PAYROLL]),
    ]


async def test_a_put_replaces_one_consultants_permissions_there(
    activated: Activation,
) -> None:  # R39
    wanted = {"permissions": [READ_PAYROLL, WRITE_BOOKS]}
    answer = await activated.put(f"{CONSULTANTS}/bo", wanted)
    assert answer.json() == {
        "consultant_id": "bo",
        "name": "Bo",
        "role": "consultant",
        "permissions": [WRITE_BOOKS, READ_PAYROLL],
    }
    assert await _programs(activated, "bo") == ["bookkeeping", "payroll"]
    assert await _programs(activated, "bo", "100002") == ["bookkeeping"]
    assert await _programs(activated, "eva") == ["payroll"]


async def test_an_empty_list_shuts_the_consultant_out(activated: Activation) -> None:  # R39
    await activated.put(f"{CONSULTANTS}/bo", {"permissions": []})
    refused(await activated.sign_in("bo"), 403, "NO_PERMISSION")
    assert (await activated.sign_in("bo", "100002")).status_code == 200
    assert (await activated.sign_in("eva")).status_code == 200


async def test_only_a_real_change_is_told(activated: Activation) -> None:
    for wanted in ([READ_BOOKS], [WRITE_BOOKS], [WRITE_BOOKS], []):
        answer = await activated.put(f"{CONSULTANTS}/bo", {"permissions": wanted})
        assert answer.status_code == 200

    async def told() -> list[PermissionsChanged]:
        events = await activated.harness.broker.events(PermissionsChanged)
        return events if len(events) == 2 else []

    first, second = await until(told)
    assert (first.revision, second.revision) == (3, 4)
    assert first.changed_by.user_id == "anna"
    assert [(p.program, p.access) for p in first.permissions] == [("bookkeeping", "write")]
    assert (second.consultant_id, second.permissions) == ("bo", ())


async def test_changes_at_once_are_one_after_the_other(activated: Activation) -> None:
    choices = [[READ_BOOKS], [WRITE_BOOKS], [READ_PAYROLL], []] * 4
    answers = await asyncio.gather(
        *(activated.put(f"{CONSULTANTS}/bo", {"permissions": choice}) for choice in choices)
    )
    assert {answer.status_code for answer in answers} == {200}
    rows = await activated.running.rows(
        "SELECT convert_from(value, 'UTF8')::jsonb ->> 'revision' AS n FROM outbox"
        " WHERE key = 'b-1:100001' ORDER BY id"
    )
    assert [int(row["n"]) for row in rows] == list(range(1, len(rows) + 1))


async def test_a_consultant_sees_her_own_and_nobody_elses(activated: Activation) -> None:
    answer = await activated.get(f"{CONSULTANTS}/bo", "bo")
    assert answer.json()["permissions"] == [READ_BOOKS]
    for other in ("eva", "nobody", "ö"):
        refused(await activated.get(f"{CONSULTANTS}/{other}", "bo"), 403, "FORBIDDEN")
    refused(await activated.get(CONSULTANTS, "bo"), 403, "FORBIDDEN")
    answer = await activated.put(f"{CONSULTANTS}/bo", {"permissions": [WRITE_BOOKS]}, "bo")
    refused(answer, 403, "FORBIDDEN")


async def test_an_unknown_or_malformed_consultant_is_not_found(activated: Activation) -> None:
    await activated.publish(bureau("b-2", user("cia")))
    for consultant in ("nobody", "cia", "b%20o", "b%00o", "%C3%B6", "x" * 65, "..%5Cbo"):
        path = f"{CONSULTANTS}/{consultant}"
        refused(await activated.get(path), 404, "NOT_FOUND")
        refused(await activated.put(path, {"permissions": []}), 404, "NOT_FOUND")


async def test_a_consultant_who_left_is_never_shown(activated: Activation) -> None:
    await activated.publish(bureau("b-1", user("anna", "bureau_admin"), user("eva")))
    items = (await activated.get(CONSULTANTS)).json()["items"]
    assert [item["consultant_id"] for item in items] == ["anna", "eva"]
    refused(await activated.get(f"{CONSULTANTS}/bo"), 404, "NOT_FOUND")


WRONG: list[tuple[object, str]] = [
    ({"permissions": [READ_BOOKS, WRITE_BOOKS]}, "permissions[1].program"),
    ({"permissions": [{"program": "bookkeeping"}]}, "permissions[0].access"),
    ({"permissions": [{**READ_BOOKS, "until": "now"}]}, "permissions[0].until"),
    ({"permissions": [READ_BOOKS] * 6}, "permissions"),
    ({"permissions": [], "all": True}, "all"),
    ({}, "permissions"),
]


async def test_wrong_permissions_are_named_and_nothing_changes(activated: Activation) -> None:
    for body, field in WRONG:
        answer = await activated.put(f"{CONSULTANTS}/bo", body)
        refused(answer, 422, "INVALID_INPUT")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await _programs(activated, "bo") == ["bookkeeping"]
