"""One person's data in activation: shown as a whole, erased where no law keeps it."""

from services.activation.tests.bureau import WRITE_BOOKS, Activation, bureau, client, linked, user

PATH = "/v1/ops/activation/persons/bo"


async def test_who_left_is_erased_with_her_permissions_and_sign_ins(service: Activation) -> None:
    ops = service.harness.bearer("olle", "ops")
    http = service.running.http
    await service.publish(client("100001", "Åkeri AB"), linked())
    await service.activate(grants={"bo": [WRITE_BOOKS]})
    await service.token("bo")
    held = (await http.get(PATH, headers=ops)).json()
    assert held["listed"]
    assert {name for name, rows in held["held"].items() if rows} == {
        *("bureau_users", "permissions", "sign_ins"),
    }
    refused = await http.post(f"{PATH}/erase", json={"reason": "x"}, headers=ops)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "user_id")
    await service.publish(bureau("b-1", user("anna", "bureau_admin")))
    erased = await http.post(f"{PATH}/erase", json={"reason": "x"}, headers=ops)
    assert (erased.json()["erased"]["permissions"], erased.json()["erased"]["sign_ins"]) == (1, 1)
    again = await http.post(f"{PATH}/erase", json={"reason": "x"}, headers=ops)
    assert set(again.json()["erased"].values()) == {0}
