"""The checker itself: each kind of break, made on purpose in real schemas."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contracts.compatibility import breaks, differences
from contracts.schemas import schemas

Schemas = dict[str, Any]
Change = Callable[[Schemas], object]
NOW: Schemas = schemas()


def after(change: Change) -> list[str]:
    """What the checker says when the schemas of now are changed so."""
    changed = copy.deepcopy(NOW)
    change(changed)
    return breaks(NOW, changed)


def fields(all_of_them: Schemas, event: str) -> Any:
    return all_of_them[event]["properties"]


def part(all_of_them: Schemas, event: str, name: str) -> Any:
    return all_of_them[event]["$defs"][name]


def renamed(properties: dict[str, Any], old: str, new: str) -> None:
    properties[new] = properties.pop(old)


def test_the_same_schemas_break_nothing() -> None:
    assert after(lambda _: None) == []


BREAKS: dict[str, tuple[Change, list[str]]] = {
    "an event removed": (
        lambda s: s.pop("LinkEnded"),
        ["LinkEnded: the event is gone"],
    ),
    "an optional field removed": (
        lambda s: fields(s, "ClientRecord").pop("city"),
        ["ClientRecord.city: the field is gone"],
    ),
    "a field renamed": (
        lambda s: renamed(fields(s, "ClientRecord"), "city", "town"),
        ["ClientRecord.city: the field is gone"],
    ),
    "a part's field removed": (
        lambda s: part(s, "ClientRecord", "SystemAdmin")["properties"].pop("locale"),
        ["ClientRecord.system_admins[].locale: the field is gone"],
    ),
    "a field of a part that may be null removed": (
        lambda s: part(s, "LinkEstablished", "Person")["properties"].pop("side"),
        ["LinkEstablished.accepted_by.side: the field is gone"],
    ),
    "a type changed": (
        lambda s: fields(s, "LinkEnded")["version"].update(type="string"),
        ["LinkEnded.version: type integer became string"],
    ),
    "a list's items changed": (
        lambda s: fields(s, "LinkRequestUndeliverable")["failed"]["items"].update(type="integer"),
        ["LinkRequestUndeliverable.failed[]: type string became integer"],
    ),
    "null no longer taken": (
        lambda s: fields(s, "LinkEnded").update(ended_by={"$ref": "#/$defs/Person"}),
        ["LinkEnded.ended_by: type null or object became object"],
    ),
    "null taken now": (
        lambda s: fields(s, "LinkEnded").update(
            bureau_name={"anyOf": [fields(s, "LinkEnded")["bureau_name"], {"type": "null"}]}
        ),
        ["LinkEnded.bureau_name: type string became null or string"],
    ),
    "a new required field": (
        lambda s: (
            fields(s, "MailSent").update(server={"type": "string"}),
            s["MailSent"]["required"].append("server"),
        ),
        ["MailSent.server: a new field must be optional"],
    ),
    "a part's new required field": (
        lambda s: (
            part(s, "ClientActivated", "Grant")["properties"].update(until={"type": "string"}),
            part(s, "ClientActivated", "Grant")["required"].append("until"),
        ),
        ["ClientActivated.grants[].until: a new field must be optional"],
    ),
    "an optional field required": (
        lambda s: s["BureauRecord"]["required"].append("users"),
        ["BureauRecord.users: is required now, and retained records may lack it"],
    ),
    "a required field optional": (
        lambda s: s["BureauRecord"]["required"].remove("name"),
        ["BureauRecord.name: is optional now, and released consumers need it"],
    ),
    "an enum narrowed": (
        lambda s: fields(s, "LinkEnded")["route"]["enum"].remove("paper_form"),
        [
            "LinkEnded.route: enum ['digital', 'paper_form'] became ['digital'], "
            "which retained records may not meet"
        ],
    ),
    "an enum widened": (
        lambda s: fields(s, "LinkEnded")["route"]["enum"].append("telephone"),
        [
            "LinkEnded.route: enum ['digital', 'paper_form'] became "
            "['digital', 'paper_form', 'telephone'], which released consumers refuse"
        ],
    ),
    "a pattern changed": (
        lambda s: fields(s, "ClientListed")["tenant_id"].update(pattern="^[0-9]{1,9}$"),
        ["ClientListed.tenant_id: pattern '^[0-9]{1,12}$' became '^[0-9]{1,9}$'"],
    ),
    "a pattern added": (
        lambda s: fields(s, "MailSent")["mail"].update(pattern="^[a-z]+$"),
        ["MailSent.mail: pattern None became '^[a-z]+$'"],
    ),
    "a length narrowed": (
        lambda s: fields(s, "ClientRecord")["name"].update(maxLength=100),
        [
            "ClientRecord.name: maxLength 200 became 100, which retained records may not meet",
        ],
    ),
    "a length widened": (
        lambda s: fields(s, "ClientRecord")["name"].update(maxLength=300),
        ["ClientRecord.name: maxLength 200 became 300, which released consumers refuse"],
    ),
    "a length limited": (
        lambda s: fields(s, "LinkEnded")["bureau_admins"].update(maxItems=5),
        ["LinkEnded.bureau_admins: maxItems None became 5, which retained records may not meet"],
    ),
    "a length's limit lifted": (
        lambda s: fields(s, "ClientRecord")["system_admins"].pop("maxItems"),
        ["ClientRecord.system_admins: maxItems 1000 became None, which released consumers refuse"],
    ),
    "a minimum raised": (
        lambda s: fields(s, "MailSent")["window"]["anyOf"][0].update(minimum=2),
        ["MailSent.window: minimum 1 became 2, which retained records may not meet"],
    ),
    "a format changed": (
        lambda s: fields(s, "ClientListed")["at"].update(format="date"),
        ["ClientListed.at: format 'date-time' became 'date'"],
    ),
    "a default changed": (
        lambda s: fields(s, "BureauRecord")["multi_company_setup"].update(default=True),
        ["BureauRecord.multi_company_setup: default False became True"],
    ),
    "an event moved to another topic": (
        lambda s: s["LinkEnded"]["x-topic"].update(name="linking.requests.v1"),
        ["LinkEnded: topic name 'linking.links.v1' became 'linking.requests.v1'"],
    ),
    "another key": (
        lambda s: s["LinkEnded"]["x-topic"].update(key="bureau_id"),
        ["LinkEnded: topic key 'bureau_id:tenant_id' became 'bureau_id'"],
    ),
    "another number of partitions": (
        # The order of a key is lost when it moves to another partition.
        lambda s: s["LinkEnded"]["x-topic"].update(partitions=12),
        ["LinkEnded: topic partitions 6 became 12"],
    ),
}


@pytest.mark.parametrize(("change", "said"), BREAKS.values(), ids=BREAKS.keys())
def test_a_breaking_change_is_named(change: Change, said: list[str]) -> None:
    assert after(change) == said


ADDITIONS: dict[str, Change] = {
    "a new optional field": lambda s: fields(s, "LinkEnded").update(
        ip={"type": "string", "default": ""}
    ),
    "a part's new optional field": lambda s: part(s, "LinkEnded", "Person")["properties"].update(
        title={"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    ),
    "a new optional part": lambda s: (
        s["LinkEnded"]["$defs"].update(Device={"type": "object", "properties": {}}),
        fields(s, "LinkEnded").update(device={"$ref": "#/$defs/Device"}),
    ),
    "a new event": lambda s: s.update(LinkPaused=s["LinkEnded"]),
    "another title and description": lambda s: s["LinkEnded"].update(
        title="Ended", description="Over."
    ),
    "an enum in another order": lambda s: fields(s, "LinkEnded")["route"]["enum"].reverse(),
    "fields in another order": lambda s: renamed(fields(s, "LinkEnded"), "route", "route"),
    "a part's class renamed": lambda s: (
        s["LinkEnded"]["$defs"].update(Actor=s["LinkEnded"]["$defs"].pop("Person")),
        fields(s, "LinkEnded")["ended_by"]["anyOf"][0].update({"$ref": "#/$defs/Actor"}),
    ),
    "a part written out where it stands": lambda s: fields(s, "LinkRequestAccepted").update(
        acceptor=s["LinkRequestAccepted"]["$defs"]["Recipient"]
    ),
}


@pytest.mark.parametrize("change", ADDITIONS.values(), ids=ADDITIONS.keys())
def test_an_addition_breaks_nothing(change: Change) -> None:
    assert after(change) == []


def test_all_breaks_are_named_at_once() -> None:
    def several(all_of_them: Schemas) -> None:
        del all_of_them["MailFailed"]
        del fields(all_of_them, "ClientRecord")["city"]

    assert sorted(after(several)) == [
        "ClientRecord.city: the field is gone",
        "MailFailed: the event is gone",
    ]


NARROWS, WIDENS = (True, False), (False, True)
DIRECTIONS: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[bool, bool]]]] = {
    "a field gone": ({"properties": {"a": {}}}, {"properties": {}}, [(True, True)]),
    "a field required": (
        {"properties": {"a": {}}},
        {"properties": {"a": {}}, "required": ["a"]},
        [NARROWS],
    ),
    "a new field required": ({}, {"properties": {"a": {}}, "required": ["a"]}, [NARROWS]),
    "null taken": (
        {"anyOf": [{"type": "string"}]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        [WIDENS],
    ),
    "null taken, and the text bounded": (
        {"anyOf": [{"type": "string"}]},
        {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
        [WIDENS, NARROWS],
    ),
    "an enum set": ({"type": "string"}, {"type": "string", "enum": ["a"]}, [NARROWS]),
    "a maximum lowered": ({"maximum": 7}, {"maximum": 5}, [NARROWS]),
    "unknown fields refused": ({}, {"additionalProperties": False}, [NARROWS]),
    "unknown fields taken": ({"additionalProperties": False}, {}, [WIDENS]),
    "unknown fields bound to a type": (
        {"additionalProperties": False},
        {"additionalProperties": {"type": "string"}},
        [(True, True)],
    ),
    "a pattern changed": ({"pattern": "a"}, {"pattern": "b"}, [(True, True)]),
}


@pytest.mark.parametrize(("old", "new", "found"), DIRECTIONS.values(), ids=DIRECTIONS.keys())
def test_each_difference_says_its_direction(
    old: dict[str, Any], new: dict[str, Any], found: list[tuple[bool, bool]]
) -> None:
    assert [(each.narrows, each.widens) for each in differences(old, new, {}, {})] == found
