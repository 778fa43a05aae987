"""Who may do what: every operation × every role × own and foreign, in one table (R2, R4, R13)."""

from typing import Any

import pytest

from contracts.envelope import uuid7
from services.linking.tests.test_paper_forms import FORM
from services.linking.tests.world import World
from tests.support.roles import CALLERS, guarded, row

WISH = {"tenant_id": "100004", "entry_point": "client_manager"}
HEARD_OF_PAIR = {
    **{"bureau_id": "unheard-of", "tenant_id": "100001", "version": 1, "route": "digital"},
    **{"link_id": "0195f3a0-0000-7000-8000-000000000002", "active": True},
}
HEARD_OF_BUREAU = {"bureau_id": "nord", "eligible": True, "version": 1}
RULE = {"kind": "group", "value": "En kedja"}

# In the order of CALLERS: x 401, f 403, n 404, o allowed.
TABLE: dict[str, tuple[str, Any]] = {
    "GET /v1/eligibility": ("xooofff", None),
    "POST /v1/link-requests": ("xooofff", WISH),
    "GET /v1/link-requests": ("xooooof", None),
    "GET /v1/link-requests/{request_id}": ("xoonoof", None),
    "GET /v1/link-requests/{request_id}/events": ("xoonoof", None),
    "POST /v1/link-requests/{request_id}/resend": ("xoonfff", None),
    "POST /v1/link-requests/{request_id}/cancel": ("xoonfff", None),
    "GET /v1/links": ("xooooof", None),
    "GET /v1/links/{link_id}": ("xoonoof", None),
    "POST /v1/links/{link_id}/end": ("xofnoff", None),
    "POST /v1/paper-forms": ("xfffoff", {**FORM, "bureau_id": "kpmg-1"}),
    "POST /v1/bureau-searches": ("xfffoof", {"query": "nord"}),
    "GET /v1/audit": ("xfffoof", None),
    "GET /v1/ops/linking/dead-letters": ("xffffof", None),
    "GET /v1/ops/linking/dead-letters/{letter_id}": ("xffffnf", None),
    "POST /v1/ops/linking/dead-letters/{letter_id}/retry": ("xffffnf", {"reason": "x"}),
    "POST /v1/ops/linking/dead-letters/{letter_id}/discard": ("xffffnf", {"reason": "x"}),
    "POST /v1/ops/linking/replay": ("xffffof", {"snapshot": True}),
    "GET /v1/ops/linking/held/{holding}": ("xffffof", None),
    "POST /v1/ops/linking/mend-pair": ("xffffof", HEARD_OF_PAIR),
    "POST /v1/ops/linking/mend-bureau": ("xffffof", HEARD_OF_BUREAU),
    "GET /v1/ops/linking/status": ("xffffof", None),
    "GET /v1/ops/linking/exclusions": ("xffffof", None),
    "POST /v1/ops/linking/exclusions": ("xffffof", RULE),
    "POST /v1/ops/linking/exclusions/remove": ("xffffof", RULE),
    "GET /v1/ops/linking/persons/{user_id}": ("xffffof", None),
    "POST /v1/ops/linking/persons/{user_id}/erase": ("xffffof", {"reason": "x"}),
    "GET /v1/ops/linking/audit-chain": ("xffffof", None),
}


def callers(world: World) -> dict[str, dict[str, str]]:
    return dict(
        zip(
            CALLERS,
            (
                {},
                world.user(),
                world.user("bo", "nord", "consultant"),
                world.user("cia", "syd"),
                world.agent(),
                world.operator(),
                world.harness.bearer("p", "platform"),
            ),
            strict=True,
        )
    )


async def test_every_operation_knows_its_callers_and_keeps_others_out(world: World) -> None:
    assert guarded(world.running.service.http) == set(TABLE)
    made, link = await world.asked("100002"), await world.linked()
    ids = {
        "request_id": made["id"],
        "link_id": link["id"],
        "user_id": "eva",
        "letter_id": str(uuid7()),
        "holding": "links",
    }
    found, leaked = {}, []
    for operation, (_, body) in TABLE.items():
        found[operation], told = await row(world.http, operation, callers(world), ids, body)
        leaked += [
            operation for text in told if any(ids[one] in text for one in ("request_id", "link_id"))
        ]
    assert found == {operation: letters for operation, (letters, _) in TABLE.items()}
    assert leaked == []


@pytest.mark.parametrize("claims", [{"roles": []}, {"roles": ["king"]}])
async def test_a_role_that_nobody_knows_opens_nothing(
    world: World, claims: dict[str, list[str]]
) -> None:  # R2
    headers = world.harness.bearer("ada", *claims["roles"], bureau_id="nord")
    for operation in TABLE:
        method, _, path = operation.partition(" ")
        answer = await world.http.request(method, path, headers=headers)
        assert answer.status_code == 403, operation
