"""What is wrong gets a problem document, never a 5xx, and changes nothing."""

import json
from typing import Any

from services.linking.tests.world import JSON, World

PATH = "/v1/link-requests"
GOOD = {"tenant_id": "100001", "entry_point": "client_manager"}


def body(**more: Any) -> bytes:
    return json.dumps({**GOOD, **more}).encode()


REQUESTS: list[tuple[bytes, int, str, list[str] | None]] = [
    (b"{", 400, "MALFORMED_BODY", None),
    (b"\xff\xfe", 400, "MALFORMED_BODY", None),
    (b"[]", 422, "INVALID_INPUT", None),
    (b"{}", 422, "INVALID_INPUT", ["tenant_id", "entry_point"]),
    (body(bureau_id="syd"), 422, "INVALID_INPUT", ["bureau_id"]),
    (body(extra=1, other=2), 422, "INVALID_INPUT", ["extra", "other"]),
    (body(tenant_id=100001), 422, "INVALID_INPUT", ["tenant_id"]),
    (body(tenant_id="../1"), 422, "INVALID_INPUT", ["tenant_id"]),
    (body(tenant_id="1\0"), 422, "INVALID_INPUT", ["tenant_id"]),
    (body(tenant_id="１"), 422, "INVALID_INPUT", ["tenant_id"]),
    (body(tenant_id="1" * 13), 422, "INVALID_INPUT", ["tenant_id"]),
    (body(entry_point="mail"), 422, "INVALID_INPUT", ["entry_point"]),
    (body(message="x" * 501), 422, "INVALID_INPUT", ["message"]),
    (body(message="se https://evil.example"), 422, "INVALID_INPUT", ["message"]),
    (body(message="evil.example/login"), 422, "INVALID_INPUT", ["message"]),
    (body(message="a\0b"), 422, "INVALID_INPUT", ["message"]),
    (body(message="a\x1bb"), 422, "INVALID_INPUT", ["message"]),
    (body(message="\ud800"), 422, "INVALID_INPUT", ["message"]),
    (body(message="x" * 1_000_000), 413, "BODY_TOO_LARGE", None),
    (b'{"\\ud800": 1}', 422, "INVALID_INPUT", None),
]


async def test_bad_bodies_of_a_request(world: World) -> None:
    headers = {**world.user(), "content-type": "application/json"}
    for sent, status, code, fields in REQUESTS:
        answer = await world.http.post(PATH, content=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), sent[:80]
        assert answer.headers["content-type"] == "application/problem+json"
        if fields is not None:
            assert [one["field"] for one in answer.json()["errors"]] == fields
    assert await world.running.rows("SELECT 1 FROM link_requests") == []


async def test_a_message_may_have_lines_and_500_characters(world: World) -> None:
    message = "Hej!\nVälkommen.\t" + "å" * 484
    assert (await world.asked(message=message))["message"] == message


async def test_wrong_content_type_and_method(world: World) -> None:
    form = await world.http.post(PATH, data=GOOD, headers=world.user())
    assert (form.status_code, form.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    put = await world.http.put(PATH, json=GOOD, headers=world.user())
    assert (put.status_code, put.json()["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_a_bad_idempotency_key_is_named(world: World) -> None:
    for key in ("", " ", "x" * 201, "å"):
        headers = [*world.user().items(), ("idempotency-key", key.encode("latin-1"))]
        answer = await world.http.post(PATH, json=GOOD, headers=dict(_bytes(headers)))
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), key


def _bytes(headers: list[Any]) -> list[tuple[bytes, bytes]]:
    return [(n.encode(), v if isinstance(v, bytes) else v.encode()) for n, v in headers]


FORM = "application/x-www-form-urlencoded"
ACCEPTANCES: list[tuple[str, bytes, int, str]] = [
    ("application/json", b"{", 400, "MALFORMED_BODY"),
    ("application/json", b"", 400, "MALFORMED_BODY"),
    ("application/json", b"\xff", 400, "MALFORMED_BODY"),
    ("application/json", b"[" * 100_000, 400, "MALFORMED_BODY"),
    ("application/json", b"[]", 422, "INVALID_INPUT"),
    ("application/json", b"true", 422, "INVALID_INPUT"),
    ("application/json", b'{"confirm": "yes"}', 422, "INVALID_INPUT"),
    ("application/json", b'{"confirm": 1}', 422, "INVALID_INPUT"),
    ("application/json", b'{"confirm": true, "x": 1}', 422, "INVALID_INPUT"),
    ("application/json", b'{"confirm": true, "\\ud800": 1}', 422, "INVALID_INPUT"),
    ("application/json", b'{"confirm": tru', 400, "MALFORMED_BODY"),
    ("application/json", b" " * 1_000_000, 413, "BODY_TOO_LARGE"),
    (FORM, b"confirm=yes&x=1", 422, "INVALID_INPUT"),
    (FORM, b"confirm=%ff", 422, "INVALID_INPUT"),
    (FORM, b"\xff", 422, "INVALID_INPUT"),
    (FORM, b"a&" * 100, 422, "INVALID_INPUT"),
    (FORM, b"confirm=%00", 422, "CONFIRMATION_MISSING"),
    ("text/plain", b"confirm=yes", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("multipart/form-data; boundary=x", b"--x--", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ("", b"confirm=yes", 415, "UNSUPPORTED_MEDIA_TYPE"),
]


async def test_bad_bodies_of_an_acceptance(world: World) -> None:
    token = (await world.mailed(await world.asked()))["eva"]
    for kind, sent, status, code in ACCEPTANCES:
        headers = {**JSON, **({"content-type": kind} if kind else {})}
        answer = await world.http.post(f"/l/{token}/accept", content=sent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (kind, sent[:80])
    assert await world.running.rows("SELECT 1 FROM links") == []
    assert (await world.page(token)).json()["status"] == "pending"


async def test_a_made_up_request_is_unknown_however_long_its_name(world: World) -> None:
    headers = {**world.user(), "idempotency-key": "k"}
    for name in ("x" * 3000, "".join(f"{n:x}" for n in range(1000))):
        answer = await world.http.post(f"/v1/link-requests/{name}/resend", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "REQUEST_NOT_FOUND")
