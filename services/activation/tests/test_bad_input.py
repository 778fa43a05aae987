"""Whatever is sent: a problem document, never a 5xx, and nothing changed."""

import json
from typing import Any

import httpx
import pytest

from services.activation.tests.bureau import READ_BOOKS, Activation, linked, refused

BODIES = [
    ("POST", "/v1/activation-list/100001/activate", "anna"),
    ("PUT", "/v1/clients/100002/consultants/bo", "anna"),
    ("POST", "/v1/clients/100002/sign-in", "bo"),
    ("POST", "/v1/sign-ins/redeem", "platform"),
]
PATHS = [
    ("GET", "/v1/clients/{}", None),
    ("GET", "/v1/clients/{}/consultants", None),
    ("GET", "/v1/clients/{}/consultants/bo", None),
    ("PUT", "/v1/clients/{}/consultants/bo", {"permissions": []}),
    ("POST", "/v1/clients/{}/sign-in", {}),
    ("POST", "/v1/activation-list/{}/activate", {"grants": []}),
]


@pytest.fixture
async def activated(service: Activation) -> Activation:
    """100001 is linked, 100002 activated with a grant for bo."""
    await service.publish(linked("100001"), linked("100002"))
    await service.activate("100002", {"bo": [READ_BOOKS]})
    return service


async def _state(service: Activation) -> list[list[dict[str, Any]]]:
    tables = ("linked_clients", "permissions", "sign_ins", "outbox")
    return [
        await service.running.rows(
            f"SELECT to_jsonb(t) - 'published_at' AS row FROM {table} t ORDER BY 1"
        )
        for table in tables
    ]


async def _send(
    service: Activation, route: tuple[str, str, str], content: bytes, **headers: str
) -> httpx.Response:
    method, path, who = route
    given = {"content-type": "application/json", **headers, **service.headers(who)}
    return await service.running.http.request(method, path, content=content, headers=given)


async def test_bad_bodies_are_refused_and_change_nothing(activated: Activation) -> None:
    before = await _state(activated)
    for route in BODIES:
        for malformed in (b"{", b"\xff", b"{'token': 1}", b'{"grants": [}'):
            refused(await _send(activated, route, malformed), 400, "MALFORMED_BODY")
        for wrong in (b"[]", b'"x"', b"1", b'{"\\u0000": 1}', b'{"\\ud800": 1}'):
            refused(await _send(activated, route, wrong), 422, "INVALID_INPUT")
        refused(await _send(activated, route, b"x" * 2**20), 413, "BODY_TOO_LARGE")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = await _send(activated, route, b"{}", **{"content-type": kind})
            refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        answer = await _send(activated, route, b'{"surprise": 1}')
        refused(answer, 422, "INVALID_INPUT")
        assert "surprise" in [error["field"] for error in answer.json()["errors"]]
    assert await _state(activated) == before


async def test_a_deep_or_endless_body_is_refused(activated: Activation) -> None:
    deep = b'{"grants": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    answer = await _send(activated, BODIES[0], deep)
    assert answer.status_code in (400, 422)

    async def endless() -> Any:
        for _ in range(64):
            yield b" " * 2**16

    answer = await activated.running.http.post(
        BODIES[0][1],
        content=endless(),
        headers={**activated.headers("anna"), "content-type": "application/json"},
    )
    refused(answer, 413, "BODY_TOO_LARGE")


async def test_broken_text_in_a_body_is_refused(activated: Activation) -> None:
    before = await _state(activated)
    for text in ("b\0o", "b\no", "\ud800", "../bo", "b" * 65, "", "ö"):
        grants = [{"consultant_id": text, "permissions": [READ_BOOKS]}]
        body = json.dumps({"grants": grants}).encode()
        answer = await _send(activated, BODIES[0], body)
        refused(answer, 422, "INVALID_INPUT")
        assert [error["field"] for error in answer.json()["errors"]] == ["grants[0].consultant_id"]
        body = json.dumps({"permissions": [{"program": text, "access": "read"}]}).encode()
        refused(await _send(activated, BODIES[1], body), 422, "INVALID_INPUT")
        body = json.dumps({"program": text}).encode()
        refused(await _send(activated, BODIES[2], body), 422, "INVALID_INPUT")
    assert await _state(activated) == before


async def test_a_malformed_id_is_a_client_not_found(activated: Activation) -> None:
    before = await _state(activated)
    broken = ("x", "1" * 13, "100002%0A", "%20100002", "-1", "..%5C1", "%EF%BC%91")
    for method, path, body in PATHS:
        for tenant_id in broken:
            answer = await activated.running.http.request(
                method, path.format(tenant_id), json=body, headers=activated.headers("anna")
            )
            refused(answer, 404, "CLIENT_NOT_FOUND")
    assert await _state(activated) == before


async def test_dots_and_nul_lead_nowhere(activated: Activation) -> None:
    for method, path, body in PATHS[1:]:
        for dots in ("100002%00", "..%2F100002", "%2E%2E%2F100002", "100002%2F..%2F100001"):
            answer = await activated.running.http.request(
                method, path.format(dots), json=body, headers=activated.headers("anna")
            )
            refused(answer, 404, "NOT_FOUND")


async def test_another_method_is_not_allowed(activated: Activation) -> None:
    answer = await activated.running.http.delete(
        "/v1/clients/100002", headers=activated.headers("anna")
    )
    refused(answer, 405, "METHOD_NOT_ALLOWED")
