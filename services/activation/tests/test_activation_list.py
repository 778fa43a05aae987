"""The activation list, and the way out of it."""

import asyncio

from contracts.events.activation import ClientActivated, ClientListed, Grant, Permission
from koppla.waiting import until
from services.activation.tests.bureau import (
    READ_BOOKS,
    READ_PAYROLL,
    WRITE_BOOKS,
    Activation,
    bureau,
    client,
    linked,
    refused,
    user,
)

LIST = "/v1/activation-list"
BO = {"consultant_id": "bo", "permissions": []}


async def test_nothing_is_listed_before_a_link(service: Activation) -> None:  # R36
    await service.publish(client("100001", "Åkeri AB"))
    assert await service.listed(path=LIST) == []


async def test_a_link_is_listed_for_its_bureau_only(service: Activation) -> None:  # R36
    await service.publish(
        bureau("b-2", user("cia", "bureau_admin")), linked("100001"), linked("2", bureau_id="b-2")
    )
    assert await service.listed(path=LIST) == ["100001"]
    other = await service.running.http.get(
        LIST, headers=service.harness.bearer("cia", "bureau_admin", bureau_id="b-2")
    )
    assert [item["tenant_id"] for item in other.json()["items"]] == ["2"]


async def test_a_link_is_announced_once(service: Activation) -> None:  # R36
    link = linked("100001")
    await service.publish(link, link)
    listed = await until(lambda: service.harness.broker.events(ClientListed))
    assert [(e.bureau_id, e.tenant_id, e.version, e.link_id, e.revision) for e in listed] == [
        ("b-1", "100001", link.version, link.link_id, 1)
    ]


async def test_an_unactivated_client_is_in_no_client_list(service: Activation) -> None:  # R37
    await service.publish(linked("100001"))
    assert await service.listed() == []
    refused(await service.get("/v1/clients/100001"), 404, "CLIENT_NOT_FOUND")
    path = "/v1/clients/100001/consultants/bo"
    refused(await service.put(path, {"permissions": []}), 404, "CLIENT_NOT_FOUND")
    refused(await service.sign_in("bo"), 403, "NO_PERMISSION")


async def test_the_directorys_name_is_shown_once_it_is_known(service: Activation) -> None:
    await service.publish(linked("100001", name="Gamla AB"))
    assert (await service.get(LIST)).json()["items"][0]["name"] == "Gamla AB"
    await service.publish(client("100001", "Nya AB"), linked("100001", version=9, name="Gamla AB"))
    assert (await service.get(LIST)).json()["items"][0]["name"] == "Nya AB"


async def test_a_page_at_a_time_is_complete_and_counts_all(service: Activation) -> None:  # R36
    names = ("Öberg AB", "Åkeri AB", "alfa ab", "Zäta AB", "Alfa AB")
    tenants = [str(number) for number in range(1, 6)]
    await service.publish(
        *(linked(one, name=name) for one, name in zip(tenants, names, strict=True))
    )
    whole = (await service.get(LIST)).json()
    assert (whole["total"], whole["next_cursor"]) == (5, None)
    assert [item["tenant_id"] for item in whole["items"]] == ["3", "5", "4", "2", "1"]
    seen, cursor = [], ""
    for number in (2, 2, 1):
        body = (await service.get(LIST, params={"limit": 2, "cursor": cursor})).json()
        assert (len(body["items"]), body["total"]) == (number, 5)
        seen += body["items"]
        cursor = body["next_cursor"]
    assert (seen, cursor) == (whole["items"], None)
    rest = (await service.get(LIST, params={"cursor": (await _first_cursor(service))})).json()
    assert [item["tenant_id"] for item in rest["items"]] == ["5", "4", "2", "1"]


async def _first_cursor(service: Activation) -> str:
    cursor: str = (await service.get(LIST, params={"limit": 1})).json()["next_cursor"]
    return cursor


async def test_it_is_searched_as_the_client_list_is(service: Activation) -> None:
    await service.publish(linked("1", name="Åkeri AB"), linked("20", name="Öberg & Åkeri AB"))
    for query, found in (("ÅKERI", ["1", "20"]), ("20", ["20"]), ("Zäta", []), (" ", ["1", "20"])):
        body = (await service.get(LIST, params={"query": query})).json()
        assert [item["tenant_id"] for item in body["items"]] == found, query
        assert body["total"] == len(found)
    body = (await service.get(LIST, params={"query": "åkeri", "limit": 1})).json()
    assert (len(body["items"]), body["total"]) == (1, 2)
    for given in ({"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"query": "x" * 201}):
        refused(await service.get(LIST, params=given), 422, "INVALID_INPUT")


async def test_one_client_is_shown_while_it_waits(service: Activation) -> None:
    await service.publish(linked("1", name="Åkeri AB"), linked("2", bureau_id="b-2"))
    [listed] = (await service.get(LIST)).json()["items"]
    assert (await service.get(f"{LIST}/1", "bo")).json() == listed
    for other in ("2", "3", "%20"):
        refused(await service.get(f"{LIST}/{other}"), 404, "CLIENT_NOT_FOUND")
    await service.activate("1")
    refused(await service.get(f"{LIST}/1"), 404, "CLIENT_NOT_FOUND")


async def test_activation_gives_the_grants_and_says_so(service: Activation) -> None:  # R38 R39
    link = linked("100001")
    await service.publish(link)
    answer = await service.activate("100001", {"anna": [WRITE_BOOKS, READ_PAYROLL], "eva": []})
    body = answer.json()
    assert body["programs"] == ["bookkeeping", "payroll"]
    assert body["may_sign_in"] is True
    assert body["activated_by"] == {"user_id": "anna", "name": "Anna", "side": "bureau"}
    (said,) = await until(lambda: service.harness.broker.events(ClientActivated))
    assert (said.version, said.revision, said.link_id) == (link.version, 2, link.link_id)
    assert said.grants == (
        Grant(
            consultant_id="anna",
            permissions=(
                Permission(program="bookkeeping", access="write"),
                Permission(program="payroll", access="read"),
            ),
        ),
    )


async def test_activation_without_a_body_gives_nobody_anything(service: Activation) -> None:  # R38
    await service.publish(linked("100001"))
    answer = await service.running.http.post(
        f"{LIST}/100001/activate", headers=service.headers("anna")
    )
    assert answer.status_code == 200
    assert answer.json()["may_sign_in"] is False


async def test_repeated_activation_changes_nothing(service: Activation) -> None:  # R38
    await service.publish(linked("100001"))
    first = await service.activate("100001", {"bo": [READ_BOOKS]})
    again = await service.activate("100001", {"bo": [WRITE_BOOKS], "eva": [READ_PAYROLL]})
    assert again.json() == first.json()
    access = (await service.get("/v1/clients/100001/consultants/bo")).json()
    assert access["permissions"] == [READ_BOOKS]
    assert len(await _outbox(service, "ClientActivated")) == 1


async def test_a_repetition_whose_consultant_has_left_is_fine(service: Activation) -> None:  # R38
    await service.publish(linked("100001"))
    await service.activate("100001", {"bo": [READ_BOOKS]})
    await service.publish(bureau("b-1", user("anna", "bureau_admin")))
    await service.activate("100001", {"bo": [READ_BOOKS]})


async def test_twenty_activations_at_once_are_one(service: Activation) -> None:  # R38
    await service.publish(linked("100001"))
    await asyncio.gather(*(service.activate("100001", {"bo": [READ_BOOKS]}) for _ in range(20)))
    assert len(await _outbox(service, "ClientActivated")) == 1
    assert await service.listed(path=LIST) == []
    assert await service.listed() == ["100001"]


async def test_only_linked_clients_can_be_activated(service: Activation) -> None:
    await service.publish(client("100001", "Åkeri AB"), linked("2", bureau_id="b-2"))
    for tenant_id in ("100001", "2", "999"):
        answer = await service.post(f"{LIST}/{tenant_id}/activate", {"grants": []})
        refused(answer, 409, "NOT_LINKED")
    refused(await service.post(f"{LIST}/x1/activate", {"grants": []}), 404, "CLIENT_NOT_FOUND")


WRONG_GRANTS: list[tuple[list[object], str]] = [
    ([{"consultant_id": "nobody", "permissions": []}], "grants[0].consultant_id"),
    (
        [
            {"consultant_id": "bo", "permissions": []},
            {"consultant_id": "b o", "permissions": []},
        ],
        "grants[1].consultant_id",
    ),
    (
        [
            {"consultant_id": "bo", "permissions": []},
            {"consultant_id": "bo", "permissions": []},
        ],
        "grants[1].consultant_id",
    ),
    (
        [{"consultant_id": "bo", "permissions": [READ_BOOKS, WRITE_BOOKS]}],
        "grants[0].permissions[1].program",
    ),
    (
        [{"consultant_id": "bo", "permissions": [{"program": "chess", "access": "read"}]}],
        "grants[0].permissions[0].program",
    ),
    (
        [{"consultant_id": "bo", "permissions": [{"program": "payroll", "access": "own"}]}],
        "grants[0].permissions[0].access",
    ),
    ([{"consultant_id": "bo", "permissions": [], "role": "x"}], "grants[0].role"),
    ([{"consultant_id": "bo"}], "grants[0].permissions"),
]


async def test_wrong_grants_are_named_and_nothing_is_activated(service: Activation) -> None:
    await service.publish(linked("100001"))
    for grants, field in WRONG_GRANTS:
        answer = await service.post(f"{LIST}/100001/activate", {"grants": grants})
        refused(answer, 422, "INVALID_INPUT")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await service.listed(path=LIST) == ["100001"]
    assert await _outbox(service, "ClientActivated") == []


async def test_a_foreign_bureaus_consultant_is_unknown_here(service: Activation) -> None:
    await service.publish(bureau("b-2", user("cia")), linked("100001"))
    grants = [{"consultant_id": "cia", "permissions": [READ_BOOKS]}]
    answer = await service.post(f"{LIST}/100001/activate", {"grants": grants})
    refused(answer, 422, "INVALID_INPUT")


async def _outbox(service: Activation, kind: str) -> list[dict[str, object]]:
    return await service.running.rows("SELECT id FROM outbox WHERE type = $1", kind)
