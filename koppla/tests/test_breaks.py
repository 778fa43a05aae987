"""What breaks the clients of a released API: each kind of break, made on purpose."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from koppla.api.breaks import breaks

Document = dict[str, Any]
Change = Callable[[Document], object]


def problem(*codes: str) -> Document:
    code = {"type": "string", "enum": list(codes)}
    schema = {"type": "object", "required": ["code"], "properties": {"code": code}}
    return {"description": "No", "content": {"application/problem+json": {"schema": schema}}}


ORDER = {
    "type": "object",
    "required": ["item"],
    "additionalProperties": False,
    "properties": {
        "item": {"type": "string", "maxLength": 20},
        "size": {"type": "string", "enum": ["small", "large"]},
        "count": {"type": "integer", "minimum": 1},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}
MADE = {
    "type": "object",
    "required": ["id", "state", "by"],
    "properties": {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "by": {"$ref": "#/components/schemas/Person"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
}
PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
}
API: Document = {
    "paths": {
        "/orders": {
            "post": {
                "operationId": "createOrder",
                "security": [{"bearer": []}],
                "x-roles": ["buyer", "admin"],
                "parameters": [
                    {
                        "name": "Idempotency-Key",
                        "in": "header",
                        "required": False,
                        "schema": {"type": "string"},
                    }
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    },
                },
                "responses": {
                    "201": {
                        "description": "Created",
                        "headers": {"Location": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Made"}}
                        },
                    },
                    "409": {"$ref": "#/components/responses/Taken"},
                },
            }
        },
        "/orders/{order_id}": {
            "get": {
                "operationId": "showOrder",
                "security": [],
                "parameters": [
                    {
                        "name": "order_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                    },
                    {
                        "name": "limit",
                        "in": "query",
                        "required": False,
                        "schema": {"type": "integer", "maximum": 200},
                    },
                ],
                "responses": {"200": {"description": "OK"}, "404": problem("NOT_FOUND")},
            }
        },
    },
    "components": {
        "schemas": {"Order": ORDER, "Made": MADE, "Person": PERSON},
        "responses": {"Taken": problem("TAKEN", "SOLD")},
    },
}


def after(change: Change) -> list[str]:
    """What the checker says when the API is changed so."""
    changed = copy.deepcopy(API)
    change(changed)
    return breaks(API, changed)


def post(document: Document) -> Any:
    return document["paths"]["/orders"]["post"]


def show(document: Document) -> Any:
    return document["paths"]["/orders/{order_id}"]["get"]


def schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def fields(document: Document, name: str) -> Any:
    return schema(document, name)["properties"]


def codes(document: Document) -> Any:
    taken = document["components"]["responses"]["Taken"]["content"]["application/problem+json"]
    return taken["schema"]["properties"]["code"]["enum"]


BREAKS: dict[str, tuple[Change, list[str]]] = {
    "a path removed": (
        lambda d: d["paths"].pop("/orders"),
        ["POST /orders: the operation is gone"],
    ),
    "a method removed": (
        lambda d: d["paths"]["/orders"].update(put=d["paths"]["/orders"].pop("post")),
        ["POST /orders: the operation is gone"],
    ),
    "an operation renamed": (
        lambda d: post(d).update(operationId="order"),
        ["POST /orders: operationId createOrder became order"],
    ),
    "a parameter removed": (
        lambda d: post(d).update(parameters=[]),
        ["POST /orders header idempotency-key: the parameter is gone"],
    ),
    "a parameter required": (
        lambda d: post(d)["parameters"][0].update(required=True),
        ["POST /orders header idempotency-key: the parameter is required now"],
    ),
    "a new required parameter": (
        lambda d: post(d)["parameters"].append(
            {"name": "lang", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        ["POST /orders query lang: a new parameter must be optional"],
    ),
    "a parameter narrowed": (
        lambda d: show(d)["parameters"][1]["schema"].update(maximum=100),
        ["GET /orders/{} query limit: maximum 200 became 100"],
    ),
    "a path's parameter narrowed": (
        lambda d: show(d)["parameters"][0]["schema"].update(pattern="^[0-9]+$"),
        ["GET /orders/{} path 1: pattern None became '^[0-9]+$'"],
    ),
    "a body required": (
        lambda d: show(d).update(requestBody={"required": True, "content": {}}),
        ["GET /orders/{} request: a body is required now"],
    ),
    "a body removed": (
        lambda d: post(d).pop("requestBody"),
        ["POST /orders request: the body is gone"],
    ),
    "a body's media type removed": (
        lambda d: post(d)["requestBody"].update(content={"text/plain": {}}),
        ["POST /orders request: application/json is no longer taken"],
    ),
    "a request's field removed": (
        lambda d: fields(d, "Order").pop("note"),
        ["POST /orders request.note: the field is gone"],
    ),
    "a request's field required": (
        lambda d: schema(d, "Order")["required"].append("size"),
        ["POST /orders request.size: is required now"],
    ),
    "a request's new required field": (
        lambda d: (
            fields(d, "Order").update(colour={"type": "string"}),
            schema(d, "Order")["required"].append("colour"),
        ),
        ["POST /orders request.colour: a new field must be optional"],
    ),
    "a request's type changed": (
        lambda d: fields(d, "Order").update(item={"type": "integer"}),
        ["POST /orders request.item: type string became integer"],
    ),
    "null no longer taken": (
        lambda d: fields(d, "Order").update(note={"type": "string"}),
        ["POST /orders request.note: type null or string became string"],
    ),
    "a request's length narrowed": (
        lambda d: fields(d, "Order")["item"].update(maxLength=10),
        ["POST /orders request.item: maxLength 20 became 10"],
    ),
    "a request's enum narrowed": (
        lambda d: fields(d, "Order")["size"]["enum"].remove("large"),
        ["POST /orders request.size: enum ['small', 'large'] became ['small']"],
    ),
    "an answer removed": (
        lambda d: post(d)["responses"].pop("201"),
        ["POST /orders 201: the answer is gone"],
    ),
    "an error's status removed": (
        lambda d: post(d)["responses"].pop("409"),
        ["POST /orders 409: the answer is gone (TAKEN, SOLD)"],
    ),
    "a code removed": (
        lambda d: codes(d).remove("SOLD"),
        ["POST /orders 409: SOLD is gone"],
    ),
    "a header removed": (
        lambda d: post(d)["responses"]["201"].pop("headers"),
        ["POST /orders 201: the header Location is gone"],
    ),
    "an answer's media type removed": (
        lambda d: post(d)["responses"]["201"].update(content={"text/html": {}}),
        ["POST /orders 201: application/json is no longer answered"],
    ),
    "an answer's field removed": (
        lambda d: fields(d, "Made").pop("note"),
        ["POST /orders 201.note: the field is gone"],
    ),
    "a field of an answer's part removed": (
        lambda d: fields(d, "Person").pop("age"),
        ["POST /orders 201.by.age: the field is gone"],
    ),
    "an answer's field no longer always there": (
        lambda d: schema(d, "Made")["required"].remove("state"),
        ["POST /orders 201.state: is optional now"],
    ),
    "an answer's field null now": (
        lambda d: fields(d, "Made").update(id={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ["POST /orders 201.id: type string became null or string"],
    ),
    "an answer's type changed": (
        lambda d: fields(d, "Made").update(id={"type": "integer"}),
        ["POST /orders 201.id: type string became integer"],
    ),
    "an answer's enum widened": (
        # A client that was generated from the released document can't read the new value.
        lambda d: fields(d, "Made")["state"]["enum"].append("lost"),
        ["POST /orders 201.state: enum ['open', 'closed'] became ['open', 'closed', 'lost']"],
    ),
    "an answer's enum value removed": (
        lambda d: fields(d, "Made")["state"]["enum"].remove("closed"),
        ["POST /orders 201.state: enum ['open', 'closed'] became ['open']"],
    ),
    "a token needed": (
        lambda d: show(d).update(security=[{"bearer": []}], **{"x-roles": ["buyer"]}),
        ["GET /orders/{}: a token is needed now"],
    ),
    "a role shut out": (
        lambda d: post(d).update({"x-roles": ["admin"]}),
        ["POST /orders: buyer may no longer call it"],
    ),
}


@pytest.mark.parametrize(("change", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_a_breaking_change_is_named(change: Change, said: list[str]) -> None:
    assert after(change) == said


def new_status(document: Document) -> None:
    post(document)["responses"]["429"] = problem("RATE_LIMITED")


FREE: dict[str, Change] = {
    "nothing": lambda d: None,
    "a new path": lambda d: d["paths"].update({"/new": d["paths"]["/orders"]}),
    "a new optional parameter": lambda d: post(d)["parameters"].append(
        {"name": "lang", "in": "query", "required": False, "schema": {"type": "string"}}
    ),
    "a path's parameter renamed": lambda d: d["paths"].update(
        {"/orders/{id}": d["paths"].pop("/orders/{order_id}")}
    ),
    "a parameter widened": lambda d: show(d)["parameters"][1]["schema"].update(maximum=500),
    "a body no longer required": lambda d: post(d)["requestBody"].pop("required"),
    "a new body that may be left out": lambda d: show(d).update(requestBody={"content": {}}),
    "a request's new optional field": lambda d: fields(d, "Order").update(colour={}),
    "a request's field optional": lambda d: schema(d, "Order").update(required=[]),
    "a request's enum widened": lambda d: fields(d, "Order")["size"]["enum"].append("huge"),
    "a request's bound lifted": lambda d: fields(d, "Order")["count"].pop("minimum"),
    "null taken in a request": lambda d: fields(d, "Order").update(
        item={"anyOf": [fields(d, "Order")["item"], {"type": "null"}]}
    ),
    "unknown fields taken": lambda d: schema(d, "Order").pop("additionalProperties"),
    "an answer's new field": lambda d: (
        fields(d, "Made").update(at={"type": "string"}),
        schema(d, "Made")["required"].append("at"),
    ),
    "an answer's field always there": lambda d: schema(d, "Made")["required"].append("note"),
    "an answer never null": lambda d: fields(d, "Made").update(note={"type": "string"}),
    "a new code": lambda d: codes(d).append("LATE"),
    "a new status": new_status,
    "a new role": lambda d: post(d)["x-roles"].append("agent"),
    "no token needed": lambda d: post(d).update({"security": [], "x-roles": []}),
    "other words": lambda d: post(d).update(summary="Order", description="Orders."),
    "a component renamed": lambda d: (
        d["components"]["schemas"].update(Human=d["components"]["schemas"].pop("Person")),
        fields(d, "Made")["by"].update({"$ref": "#/components/schemas/Human"}),
    ),
}


@pytest.mark.parametrize("change", FREE.values(), ids=FREE.keys())
def test_what_breaks_no_client_is_free(change: Change) -> None:
    assert after(change) == []
