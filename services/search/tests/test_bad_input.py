"""What is wrong gets a problem document, never a 5xx, and changes nothing."""

import pytest

from tests.support.harness import Harness, Running

PATH = "/v1/client-searches"


@pytest.fixture
def bearer(harness: Harness) -> dict[str, str]:
    return harness.bearer("anna", "bureau_admin", bureau_id="b-1")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "MALFORMED_BODY"),
        (b"", 422, "INVALID_INPUT"),
        (b"[]", 422, "INVALID_INPUT"),
        (b'{"tenant_id": "1", "extra": 1}', 422, "INVALID_INPUT"),
        (b'{"tenant_id": "../1"}', 422, "INVALID_INPUT"),
        (b'{"tenant_id": "1\\u0000"}', 422, "INVALID_INPUT"),
        (b'{"tenant_id": "\\ud800"}', 422, "INVALID_INPUT"),
        (b'{"org_number": "\\ud800"}', 422, None),
        (b'{"org_number": "5564696291\\u0000"}', 422, "ORG_NUMBER_INVALID"),
        (b'{"tenant_id": 100001}', 422, "INVALID_INPUT"),
        (b'{"tenant_id": "' + b"1" * 1_000_000 + b'"}', 413, "BODY_TOO_LARGE"),
    ],
)
async def test_bad_bodies(search: Running, bearer, body, status, code) -> None:  # R18
    headers = {**bearer, "content-type": "application/json"}
    answer = await search.http.post(PATH, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code


async def test_an_unknown_field_is_named(search: Running, bearer) -> None:
    answer = await search.http.post(PATH, json={"tenant": "1"}, headers=bearer)
    assert [error["field"] for error in answer.json()["errors"]] == ["tenant"]


async def test_wrong_content_type_method_and_path(search: Running, bearer) -> None:
    form = await search.http.post(PATH, data={"tenant_id": "1"}, headers=bearer)
    assert (form.status_code, form.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    get = await search.http.get(PATH, headers=bearer)
    assert (get.status_code, get.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    nowhere = await search.http.get("/v1/client-searches/../x", headers=bearer)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "NOT_FOUND")


async def test_anonymous_is_refused_before_the_body_is_read(search: Running) -> None:  # R2
    answer = await search.http.post(PATH, content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
