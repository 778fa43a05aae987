"""Every operation of every service is described wholly, and every example is true."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator
from pydantic import create_model
from schemathesis.specs.openapi.definitions import OPENAPI_31

from chassis.api_document import operations
from chassis.app import Service
from chassis.http import new_app, public
from chassis.problems import MEDIA_TYPE
from chassis.telemetry import Metrics
from contracts.org_number import OrgNumber
from contracts.problem_codes import Code
from koppla.api import openapi
from koppla.gateway import PATHS

Document = dict[str, Any]

NOT_YET = {
    Code.METHOD_NOT_ALLOWED: "belongs to no operation: the document's description tells of it",
}
NUMBERS = {"556469-6291", "212000-0142", "212000-1355", "556036-0793"}


def named(document: Document) -> Iterator[tuple[str, Document]]:
    """`POST /v1/links` and the operation."""
    for path, method, operation in operations(document):
        yield f"{method.upper()} {path}", operation


def answers(document: Document, operation: Document) -> Iterator[tuple[str, Document]]:
    for status, answer in operation["responses"].items():
        reference = answer.get("$ref", "").rpartition("/")[2]
        yield status, document["components"]["responses"][reference] if reference else answer


def contents(document: Document, operation: Document) -> Iterator[tuple[str, str, Document]]:
    """(`request` or a status, media type, what the document says of it)."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "request", kind, content
    for status, answer in answers(document, operation):
        for kind, content in answer.get("content", {}).items():
            yield status, kind, content


def examples(document: Document, content: Document) -> Iterator[Any]:
    if "example" in content:
        yield content["example"]
    for example in content.get("examples", {}).values():
        reference = example.get("$ref", "").rpartition("/")[2]
        yield (document["components"]["examples"][reference] if reference else example)["value"]


def codes(document: Document, operation: Document) -> set[str]:
    return {
        code
        for _, answer in answers(document, operation)
        for code in answer.get("content", {})
        .get(MEDIA_TYPE, {})
        .get("schema", {})
        .get("properties", {})
        .get("code", {})
        .get("enum", ())
    }


def test_the_document_is_openapi_3_1(operations_document: Document) -> None:
    assert operations_document["openapi"].startswith("3.1.")
    Draft202012Validator(OPENAPI_31).validate(operations_document)


def test_every_operation_says_what_it_is_in_words(operations_document: Document) -> None:
    lacking = []
    for name, operation in named(operations_document):
        own_words = re.sub(r"For (anyone|(`\w+`(, )?)+)\.$", "", operation["description"])
        if not (operation["summary"] and own_words.strip()):
            lacking.append(name)
    assert lacking == []


def test_operation_ids_are_readable_and_each_is_one(operations_document: Document) -> None:
    ids = [operation["operationId"] for _, operation in named(operations_document)]
    assert sorted(ids) == sorted(set(ids))
    assert [each for each in ids if not re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)+", each)] == []
    assert {"searchClients", "createLinkRequest", "activateClient", "linkingStatus"} <= set(ids)


def test_every_tag_is_described(operations_document: Document) -> None:
    used = {tag for _, operation in named(operations_document) for tag in operation["tags"]}
    described = {tag["name"]: tag["description"] for tag in operations_document["tags"]}
    assert used == described.keys()
    assert all(described.values())


def test_every_parameter_is_described_and_its_example_is_right(
    operations_document: Document,
) -> None:
    lacking = []
    for name, operation in named(operations_document):
        for parameter in operation.get("parameters", ()):
            if not parameter.get("description"):
                lacking.append(f"{name} {parameter['name']}")
            if "example" in parameter:
                _validate(operations_document, parameter["schema"], parameter["example"])
    assert lacking == []


def test_every_body_and_every_answer_in_json_has_an_example(
    operations_document: Document,
) -> None:
    lacking = [
        f"{name} {where}"
        for name, operation in named(operations_document)
        for where, kind, content in contents(operations_document, operation)
        if kind.endswith("json") and not list(examples(operations_document, content))
    ]
    assert lacking == []


def test_every_example_is_valid(operations_document: Document) -> None:
    seen = 0
    for _, operation in named(operations_document):
        for _, _, content in contents(operations_document, operation):
            for example in examples(operations_document, content):
                _validate(operations_document, content["schema"], example)
                seen += 1
    assert seen > len(list(named(operations_document)))


def _validate(document: Document, schema: Document, example: Any) -> None:
    Draft202012Validator({**schema, "components": document["components"]}).validate(example)


def test_examples_name_valid_organisation_numbers_that_are_nobodys_secret(
    operations_document: Document,
) -> None:
    said = set(re.findall(r"\b\d{6}-\d{4}\b", str(operations_document)))
    assert said <= NUMBERS
    assert all(OrgNumber.parse(number).display == number for number in said)


def test_every_operation_succeeds_somehow_and_says_which_codes_it_may_refuse_with(
    operations_document: Document,
) -> None:
    for name, operation in named(operations_document):
        assert any(status[0] in "23" for status in operation["responses"]), name
        found = codes(operations_document, operation)
        assert "UNAVAILABLE" in found, name
        if operation["security"]:
            assert {"UNAUTHENTICATED", "FORBIDDEN"} <= found, name
            assert operation["x-roles"], name
        else:
            assert "x-roles" not in operation, name
        if "requestBody" in operation:
            assert {"MALFORMED_BODY", "UNSUPPORTED_MEDIA_TYPE", "INVALID_INPUT"} <= found, name


def test_every_error_is_a_problem_document(operations_document: Document) -> None:
    for name, operation in named(operations_document):
        for status, answer in answers(operations_document, operation):
            if status[0] in "45":
                assert MEDIA_TYPE in answer["content"], f"{name} {status}"
    assert "HTTPValidationError" not in str(operations_document)


def test_every_problem_code_is_some_operations(operations_document: Document) -> None:
    said = {
        code
        for _, operation in named(operations_document)
        for code in codes(operations_document, operation)
    }
    assert said == {code.name for code in Code if code not in NOT_YET}
    told = operations_document["info"]["description"]
    assert all(f"`{code.name}`" in told for code in Code)


def test_every_post_that_creates_or_sends_takes_an_idempotency_key(
    operations_document: Document,
) -> None:
    taking = {
        name
        for name, operation in named(operations_document)
        for parameter in operation.get("parameters", ())
        if (parameter["in"], parameter["name"]) == ("header", "Idempotency-Key")
    }
    assert taking == {
        "POST /v1/link-requests",
        "POST /v1/link-requests/{request_id}/resend",
        "POST /v1/paper-forms",
    }


def test_the_gateway_passes_every_described_path_to_its_service(
    operations_document: Document, described: list[Service]
) -> None:
    for service in described:
        for path, _, _ in operations(service.http.openapi()):
            assert any(path == own or path.startswith(f"{own}/") for own in PATHS[service.name])
    assert len(list(named(operations_document))) == sum(
        len(list(operations(service.http.openapi()))) for service in described
    )


def test_names_end_without_the_codes_word_for_out(operations_document: Document) -> None:
    components = operations_document["components"]
    for kind in ("schemas", "examples"):
        assert [name for name in components[kind] if re.search(r"Out\b", name)] == []
    references = re.findall(r"#/components/(\w+)/([\w.-]+)", str(operations_document))
    assert [it for it in references if it[1] not in components[it[0]]] == []


def test_two_meanings_of_one_name_are_refused() -> None:
    def app(title: str, **fields: Any) -> FastAPI:
        made = new_app(title, None, Metrics(title))

        @made.get(f"/{title}", response_model=create_model("Thing", **fields))
        @public
        async def show() -> None:
            """A thing."""

        return made

    assert openapi.merged([app("one", name=str), app("two", name=str)])
    with pytest.raises(ValueError, match="schemas component Thing"):
        openapi.merged([app("one", name=str), app("two", name=int)])
