"""The API's description says what a client meets, though a route says but what is its own."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from chassis.api_document import operations, with_examples
from chassis.http import Caller, GuardedRoute, allow, answers, new_app, public, refuses
from chassis.idempotency import KeyHeader
from chassis.telemetry import Metrics
from contracts.problem_codes import Code

A_NOTE = {"text": "Hej på dig", "reply": None}
AN_ANSWER = {"id": "7", "note": A_NOTE, "answered_by": None}


class Note(BaseModel):
    """What somebody wrote (R20, D3)."""

    model_config = with_examples(A_NOTE, {"text": "Hej då"}, extra="forbid")
    text: str
    title: str = ""
    reply: str | None = None


class Kept(BaseModel):
    model_config = with_examples(AN_ANSWER)
    id: str
    note: Note
    answered_by: str | None


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = new_app("Notes", None, Metrics("notes"))
    api = APIRouter(route_class=GuardedRoute, prefix="/v1")

    @api.post("/notes", status_code=201)
    @allow("writer", "editor")
    @refuses(Code.BUREAU_EXCLUDED, Code.NO_SYSTEM_ADMIN, Code.DUPLICATE_REQUEST)
    async def keep_note(note: Note, caller: Caller, key: KeyHeader = None) -> Kept:
        """Keeps a note (R20,
        D3); only once.

        Then it is kept.
        """
        raise NotImplementedError

    @api.get("/notes/{note_id}")
    @public
    @refuses(Code.ALREADY_DECIDED)
    @answers({**AN_ANSWER, "id": "8"})
    async def show_note(note_id: str) -> Kept:
        """One note."""
        raise NotImplementedError

    @api.get("/notes")
    @public
    async def list_notes(limit: Annotated[int | None, Query(ge=1)] = None) -> list[Kept]:
        """All notes."""
        raise NotImplementedError

    outer = APIRouter()
    outer.include_router(api)
    app.include_router(outer)
    return _twice(app)


def _twice(app: FastAPI) -> dict[str, Any]:
    assert app.openapi() is app.openapi()
    return app.openapi()


def _codes(document: dict[str, Any], path: str, method: str) -> dict[str, list[str]]:
    found = {}
    for status, answer in document["paths"][path][method]["responses"].items():
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            schema = answer["content"]["application/problem+json"]["schema"]
            assert schema["properties"]["status"]["enum"] == [int(status)]
            found[status] = schema["properties"]["code"]["enum"]
    return found


def test_every_code_is_enumerated_with_its_status(document: dict[str, Any]) -> None:
    assert _codes(document, "/v1/notes", "post") == {
        "400": ["MALFORMED_BODY"],
        "401": ["UNAUTHENTICATED"],
        "403": ["FORBIDDEN", "BUREAU_EXCLUDED"],
        "409": ["DUPLICATE_REQUEST"],
        "413": ["BODY_TOO_LARGE"],
        "415": ["UNSUPPORTED_MEDIA_TYPE"],
        "422": ["INVALID_INPUT", "NO_SYSTEM_ADMIN", "IDEMPOTENCY_KEY_REUSED"],
        "503": ["UNAVAILABLE"],
    }


def test_codes_that_come_by_themselves_come_only_where_they_can(document: dict[str, Any]) -> None:
    assert _codes(document, "/v1/notes/{note_id}", "get") == {
        "404": ["NOT_FOUND"],
        "409": ["ALREADY_DECIDED"],
        "503": ["UNAVAILABLE"],
    }
    assert _codes(document, "/v1/notes", "get") == {
        "422": ["INVALID_INPUT"],
        "503": ["UNAVAILABLE"],
    }
    assert "HTTPValidationError" not in str(document)


def test_who_may_call_is_said_for_people_and_for_programs(document: dict[str, Any]) -> None:
    keep, show = document["paths"]["/v1/notes"]["post"], document["paths"]["/v1/notes"]["get"]
    assert keep["security"] == [{"bearer": []}]
    assert keep["x-roles"] == ["editor", "writer"]
    assert (
        keep["description"]
        == "Keeps a note; only once.\n\nThen it is kept.\n\nFor `editor`, `writer`."
    )
    assert show["security"] == []
    assert "x-roles" not in show
    assert show["description"].endswith("For anyone.")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_names_are_the_functions(document: dict[str, Any]) -> None:
    found = [
        (operation["operationId"], operation["summary"]) for _, _, operation in operations(document)
    ]
    assert found == [
        ("keepNote", "Keep note"),
        ("listNotes", "List notes"),
        ("showNote", "Show note"),
    ]


def test_requirement_numbers_stay_with_the_code(document: dict[str, Any]) -> None:
    note = document["components"]["schemas"]["Note"]
    assert note["description"] == "What somebody wrote."


def test_a_field_may_be_called_title(document: dict[str, Any]) -> None:
    note = document["components"]["schemas"]["Note"]
    assert note["properties"]["title"] == {"type": "string", "default": ""}
    assert "title" not in note


def test_the_models_examples_are_shown_with_their_nulls(document: dict[str, Any]) -> None:
    keep = document["paths"]["/v1/notes"]["post"]
    named = keep["requestBody"]["content"]["application/json"]["examples"]
    assert named == {name: {"$ref": f"#/components/examples/{name}"} for name in ("Note", "Note.2")}
    assert list(keep["responses"]["201"]["content"]["application/json"]["examples"]) == ["Kept"]
    assert document["components"]["examples"]["Kept"]["value"] == AN_ANSWER


def test_a_routes_own_example_goes_before_its_models(document: dict[str, Any]) -> None:
    content = document["paths"]["/v1/notes/{note_id}"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["example"] == {**AN_ANSWER, "id": "8"}
    assert "examples" not in content["application/json"]
    assert "x-answer" not in str(document)


def test_each_problem_has_a_valid_example_and_its_headers(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]
    for answer in responses.values():
        content = answer["content"]["application/problem+json"]
        codes = content["schema"]["properties"]["code"]["enum"]
        assert list(content["examples"]) == codes
        for code, example in content["examples"].items():
            assert example["value"]["code"] == code
            Draft202012Validator(content["schema"]).validate(example["value"])
    assert "Retry-After" in responses["Unavailable"]["headers"]
    assert "Location" in responses["DuplicateRequest"]["headers"]
    assert "WWW-Authenticate" in responses["Unauthenticated"]["headers"]
    decided = responses["AlreadyDecided"]["content"]["application/problem+json"]
    assert {"decided_by", "decided_at", "request_status"} <= decided["schema"]["properties"].keys()


def test_the_request_id_and_the_idempotency_key_are_described(document: dict[str, Any]) -> None:
    keep = document["paths"]["/v1/notes"]["post"]
    assert keep["responses"]["201"]["description"] == "Created"
    assert {"X-Request-Id", "Location"} == keep["responses"]["201"]["headers"].keys()
    assert "X-Request-Id" in document["components"]["responses"]["Unavailable"]["headers"]
    (key,) = keep["parameters"]
    assert (key["in"], key["name"], key["required"]) == ("header", "Idempotency-Key", False)
    assert "24 hours" in key["description"]


def test_what_may_be_left_out_of_a_query_is_never_null(document: dict[str, Any]) -> None:
    (limit,) = document["paths"]["/v1/notes"]["get"]["parameters"]
    assert limit["schema"] == {"type": "integer", "minimum": 1}
