"""The edge: who may come in, what is refused, what is said and what is logged."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis.app import HttpServer, listen
from chassis.auth import AuthSettings, BearerTokens
from chassis.database import Database
from chassis.http import MAX_BODY, Caller, GuardedRoute, allow, new_app, public
from chassis.settings import load
from chassis.telemetry import Metrics
from koppla.issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from koppla.waiting import until


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=20)]
    parts: list[Part] = []


@pytest.fixture
def app(issuer: DevelopmentIssuer) -> FastAPI:
    settings = load(AuthSettings, issuer=ISSUER, audience=AUDIENCE, jwks_url=issuer.jwks_url)
    made = new_app("Things", BearerTokens(settings), Metrics("things"))
    api = APIRouter(route_class=GuardedRoute)
    away = Database("postgresql://nobody@127.0.0.1:1/none")

    @api.post("/things")
    @allow("maker")
    async def make(thing: Thing, caller: Caller) -> dict[str, str]:
        return {"made": thing.name, "by": caller.sub}

    @api.post("/wishes")
    @public
    async def wish(thing: Thing | None = None) -> dict[str, bool]:
        return {"wished": thing is not None}

    @api.get("/things/{name}")
    @public
    async def show(name: str, lang: str = "sv") -> dict[str, str]:
        return {"name": name, "lang": lang}

    @api.get("/broken/{name}")
    @public
    async def broken(name: str) -> None:
        raise RuntimeError(f"secret {name}")

    @api.get("/away")
    @public
    async def unavailable() -> None:
        async with away.transaction() as session:
            await session.execute(text("SELECT 1"))

    made.include_router(api)
    return made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Through a real server on a real socket: what raises past the edge would show."""
    bound = listen("127.0.0.1", 0)
    server = HttpServer(app, bound)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{_port(bound)}") as client:
        yield client
    await server.stop()


def _port(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


@pytest.fixture
def maker(issuer: DevelopmentIssuer) -> dict[str, str]:
    return {"authorization": f"Bearer {issuer.token('anna', ['maker'])}"}


def _is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["code"]) == (status, code)
    assert {"type", "title"} <= document.keys()
    assert answer.headers["x-request-id"]
    return document


async def test_a_caller_with_the_role_gets_in(
    http: httpx.AsyncClient, maker: dict[str, str]
) -> None:
    answer = await http.post("/things", json={"name": "åäö"}, headers=maker)
    assert answer.json() == {"made": "åäö", "by": "anna"}
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("body", [b"{", b'{"name": "a"}', b"x" * 1_000_000])
async def test_who_is_unknown_is_refused_before_the_body_is_looked_at(
    http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post("/things", content=body)
    _is_problem(answer, 401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_another_role_is_refused_before_the_body_is_looked_at(
    http: httpx.AsyncClient, issuer: DevelopmentIssuer
) -> None:
    other = {"authorization": f"Bearer {issuer.token('bo', ['taker'])}"}
    _is_problem(await http.post("/things", content=b"{", headers=other), 403, "FORBIDDEN")


async def test_addresses_and_methods_that_are_not_there(http: httpx.AsyncClient) -> None:
    _is_problem(await http.get("/nothing"), 404, "NOT_FOUND")
    _is_problem(await http.get("/things/a/"), 404, "NOT_FOUND")
    answer = await http.put("/things")
    _is_problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/things", "/wishes"])
async def test_a_body_that_is_too_large_is_413_with_and_without_its_length(
    http: httpx.AsyncClient, maker: dict[str, str], path: str
) -> None:
    headers = {**maker, "content-type": "application/json"}

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 8192

    for content in (b" " * (MAX_BODY + 1), chunks()):
        answer = await http.post(path, content=content, headers=headers)
        _is_problem(answer, 413, "BODY_TOO_LARGE")
    small = await http.post("/things", content=b'{"name": "a"}', headers=headers)
    assert small.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_another_content_type_is_415(
    http: httpx.AsyncClient, maker: dict[str, str], kind: str
) -> None:
    for path in ("/things", "/wishes"):
        headers = {**maker, "content-type": kind}
        answer = await http.post(path, content=b'{"name": "a"}', headers=headers)
        _is_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_that_may_be_left_out_needs_no_content_type(http: httpx.AsyncClient) -> None:
    assert (await http.post("/wishes")).json() == {"wished": False}


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff", b"{'name': 1}", b"[" * 200_000, b'{"name": ' + b"9" * 5000 + b"}"]
)
async def test_what_is_no_json_is_refused(
    http: httpx.AsyncClient, maker: dict[str, str], body: bytes
) -> None:
    headers = {**maker, "content-type": "application/json"}
    answer = await http.post("/things", content=body, headers=headers)
    if body:
        _is_problem(answer, 400, "MALFORMED_BODY")
    else:
        _is_problem(answer, 422, "INVALID_INPUT")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"{}", ["name"]),
        (b"[]", ["body"]),
        (
            b'{"name": "a", "parts": [{"size": 1}, {"size": "x", "colour": 1}]}',
            ["parts[1].size", "parts[1].colour"],
        ),
        (b'{"name": "a", "unknown": 1}', ["unknown"]),
        (b'{"name": "' + b"x" * 21 + b'"}', ["name"]),
        (b'{"name": "\\ud800"}', ["name"]),
        (b'{"name": NaN}', ["name"]),
        (b'{"name": "a", "\\ud800": 1}', ["body"]),
    ],
)
async def test_each_field_that_is_wrong_is_named(
    http: httpx.AsyncClient, maker: dict[str, str], body: bytes, fields: list[str]
) -> None:
    headers = {**maker, "content-type": "application/json"}
    answer = await http.post("/things", content=body, headers=headers)
    document = _is_problem(answer, 422, "INVALID_INPUT")
    assert [each["field"] for each in document["errors"]] == fields
    assert all(each["message"] for each in document["errors"])


async def test_nul_in_the_address_is_refused(http: httpx.AsyncClient) -> None:
    _is_problem(await http.get("/things/a%00b"), 404, "NOT_FOUND")
    answer = await http.get("/things/a?lang=%00")
    document = _is_problem(answer, 422, "INVALID_INPUT")
    assert document["errors"][0]["field"] == "lang"
    _is_problem(await http.get("/things/a?%00=1"), 422, "INVALID_INPUT")


@pytest.mark.parametrize("query", ["lang=%ED%A0%80", "lang=%ff", "lang=%E5"])
async def test_a_query_that_is_no_text_is_no_error_of_ours(
    http: httpx.AsyncClient, query: str
) -> None:
    assert (await http.get(f"/things/a?{query}")).status_code == 200


def test_a_route_that_does_not_say_who_may_call_it_fails_at_start() -> None:
    api = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="/open says neither"):

        @api.get("/open")
        async def unguarded() -> None: ...


async def test_an_unexpected_error_is_a_document_that_tells_nothing(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        answer = await http.get("/broken/anna")
    document = _is_problem(answer, 500, "INTERNAL_ERROR")
    assert "secret" not in answer.text
    assert "detail" not in document
    assert [log["event"] for log in logs] == ["unexpected_error", "request"]
    # Nothing went past the edge, where the server would have said it again.
    assert "Exception in ASGI" not in caplog.text


async def test_a_database_that_is_away_is_503_with_a_time_to_retry(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/away")
    _is_problem(answer, 503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0


async def test_the_access_log_names_the_route_and_never_the_address(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "uvicorn")
    with capture_logs() as logs:
        await http.get("/things/a-token?lang=another-token")
        await http.get("/a-token/nowhere")
    assert [(log["route"], log["status"]) for log in logs] == [
        ("/things/{name}", 200),
        ("-", 404),
    ]
    ours = [record for record in caplog.records if record.name != "httpx"]
    assert "token" not in f"{logs} {ours}"


async def test_head_is_answered_like_get_without_the_body(http: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        got, head = await http.get("/things/a"), await http.head("/things/a")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert [log["method"] for log in logs] == ["GET", "HEAD"]
    assert (await http.head("/things")).status_code == 405


async def test_a_client_that_goes_away_in_mid_request_makes_no_noise(
    http: httpx.AsyncClient, maker: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    port = http.base_url.port
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"content-length: 100\r\nauthorization: "
            + maker["authorization"].encode()
            + b"\r\n\r\n{"
        )
        await writer.drain()
        writer.close()
        (line,) = await until(lambda: logs)
    assert (line["event"], line["status"]) == ("request", 499)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
