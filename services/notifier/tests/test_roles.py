"""Who may do what: every operation × every role, in one table (R2)."""

from contracts.envelope import uuid7
from services.notifier.tests.events import Notifier
from tests.support.harness import Harness
from tests.support.roles import CALLERS, guarded, row

# In the order of CALLERS: x 401, f 403, n 404, o allowed.
TABLE = {
    "GET /v1/ops/notifier/dead-letters": ("xffffof", None),
    "GET /v1/ops/notifier/dead-letters/{letter_id}": ("xffffnf", None),
    "POST /v1/ops/notifier/dead-letters/{letter_id}/retry": ("xffffnf", {"reason": "x"}),
    "POST /v1/ops/notifier/dead-letters/{letter_id}/discard": ("xffffnf", {"reason": "x"}),
    "GET /v1/ops/notifier/persons/{user_id}": ("xffffof", None),
    "POST /v1/ops/notifier/persons/{user_id}/erase": ("xffffof", {"reason": "x"}),
    "POST /v1/ops/notifier/replay": ("xffffof", {"snapshot": True}),
    "GET /v1/ops/notifier/held/{holding}": ("xffffof", None),
    "GET /v1/ops/notifier/status": ("xffffof", None),
}


async def test_every_operation_knows_its_callers(  # R2
    harness: Harness, notifier: Notifier
) -> None:
    assert guarded(notifier.running.service.http) == set(TABLE)
    callers = dict(
        zip(
            CALLERS,
            (
                {},
                harness.bearer("anna", "bureau_admin", bureau_id="b-1"),
                harness.bearer("bo", "consultant", bureau_id="b-1"),
                harness.bearer("cia", "bureau_admin", bureau_id="b-2"),
                harness.bearer("sam", "support_agent"),
                harness.bearer("olle", "ops"),
                harness.bearer("p", "platform"),
            ),
            strict=True,
        )
    )
    ids = {"user_id": "eva", "letter_id": str(uuid7()), "holding": "mails"}
    for operation, (letters, body) in TABLE.items():
        found, _ = await row(notifier.running.http, operation, callers, ids, body)
        assert (operation, found) == (operation, letters)
