"""Who may do what: every operation × every role × own and foreign, in one table (R2, R39, R45)."""

from typing import Any

from contracts.envelope import uuid7
from services.activation.tests.bureau import Activation, bureau, client, linked, user
from tests.support.roles import CALLERS, guarded, row

GRANTS = {"permissions": [{"program": "payroll", "access": "read"}]}

# In the order of CALLERS: x 401, f 403, n 404, o allowed. The consultant is the one with a grant.
TABLE: dict[str, tuple[str, Any]] = {
    "GET /v1/activation-list": ("xooofff", None),
    "GET /v1/activation-list/{tenant_id}": ("xnnnfff", None),
    "GET /v1/consultants": ("xooofff", None),
    "POST /v1/activation-list/{tenant_id}/activate": ("xofofff", {"grants": []}),
    "GET /v1/clients": ("xooofff", None),
    "GET /v1/clients/{tenant_id}": ("xoonfff", None),
    "GET /v1/clients/{tenant_id}/consultants": ("xofnfff", None),
    "GET /v1/clients/{tenant_id}/consultants/{consultant_id}": ("xoonfff", None),
    "PUT /v1/clients/{tenant_id}/consultants/{consultant_id}": ("xofnfff", GRANTS),
    "POST /v1/clients/{tenant_id}/sign-in": ("xfonfff", {}),
    "POST /v1/sign-ins/redeem": ("xfffffn", {"token": "made-up"}),
    "GET /v1/ops/activation/persons/{user_id}": ("xffffof", None),
    "POST /v1/ops/activation/persons/{user_id}/erase": ("xffffof", {"reason": "x"}),
    "GET /v1/ops/activation/dead-letters": ("xffffof", None),
    "GET /v1/ops/activation/dead-letters/{letter_id}": ("xffffnf", None),
    "POST /v1/ops/activation/dead-letters/{letter_id}/retry": ("xffffnf", {"reason": "x"}),
    "POST /v1/ops/activation/dead-letters/{letter_id}/discard": ("xffffnf", {"reason": "x"}),
    "POST /v1/ops/activation/replay": ("xffffof", {"snapshot": True}),
    "GET /v1/ops/activation/held/{holding}": ("xffffof", None),
    "GET /v1/ops/activation/pairs/{bureau_id}/{tenant_id}": ("xffffof", None),
    "GET /v1/ops/activation/status": ("xffffof", None),
}


async def test_every_operation_knows_its_callers_and_keeps_others_out(
    service: Activation,
) -> None:
    assert guarded(service.running.service.http) == set(TABLE)
    await service.publish(
        bureau("b-2", user("cia", "bureau_admin")),
        client("100001", "Nordkust Åkeri AB"),
        linked("100001"),
    )
    await service.activate(grants={"bo": [{"program": "payroll", "access": "read"}]})
    bearer = service.harness.bearer
    callers = dict(
        zip(
            CALLERS,
            (
                {},
                bearer("anna", "bureau_admin", bureau_id="b-1"),
                bearer("bo", "consultant", bureau_id="b-1"),
                bearer("cia", "bureau_admin", bureau_id="b-2"),
                bearer("sam", "support_agent"),
                bearer("olle", "ops"),
                bearer("p", "platform"),
            ),
            strict=True,
        )
    )
    ids = {
        "tenant_id": "100001",
        "consultant_id": "bo",
        "user_id": "bo",
        "letter_id": str(uuid7()),
        "holding": "links",
        "bureau_id": "b-1",
    }
    found, leaked = {}, []
    for operation, (_, body) in TABLE.items():
        found[operation], told = await row(service.running.http, operation, callers, ids, body)
        leaked += [operation for text in told if "Nordkust" in text or '"bo"' in text]
    assert found == {operation: letters for operation, (letters, _) in TABLE.items()}
    assert leaked == []
