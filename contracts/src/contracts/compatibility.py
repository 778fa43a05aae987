"""Whether schemas as they are now still suit what has been released.

For events both directions count. Records of the released kind are retained and read by the new
code; records of the new kind are read by consumers that were released and run on. So within a
version nothing may be taken away, narrowed or widened; new optional fields and new events are
free, since consumers ignore what they don't know. (design.md, Topics)

What only goes one way, as a request or an answer does, is judged by its direction: each
difference says whether it narrows, widens, or both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

# What these say binds nobody.
_REMARKS = frozenset({"title", "description", "examples", "$schema", "$defs", "x-topic"})
_STRUCTURE = frozenset({"properties", "required", "items", "anyOf", "$ref"})
_LEAST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_MOST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One of two schemas. where: the field, `.grants[].program`; empty for the whole.

    narrows: values that were right no longer are. widens: values may come that were wrong before.
    word: the schema's keyword that it is about; `new` for a required field that was not there.
    """

    where: str
    what: str
    narrows: bool
    widens: bool
    word: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def differences(
    old: Schema, new: Schema, old_parts: Schema, new_parts: Schema
) -> Iterator[Difference]:
    """All that matter from old to new. parts: the schemas that `$ref`s lead to, by name."""
    yield from _Comparison(old_parts, new_parts).of(old, new, "")


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """What breaks from old to new, a line each; both are schemas by event. Empty: nothing does."""
    found: list[str] = []
    for name, schema in old.items():
        if name not in new:
            found.append(f"{name}: the event is gone")
            continue
        found += [f"{name}{what}" for what in _of_event(schema, new[name])]
    return found


def _of_event(old: Schema, new: Schema) -> Iterator[str]:
    before, after = old["x-topic"], new["x-topic"]
    for what in sorted({*before, *after}):
        if before.get(what) != after.get(what):
            yield f": topic {what} {before.get(what)!r} became {after.get(what)!r}"
    for difference in differences(old, new, old.get("$defs", {}), new.get("$defs", {})):
        yield f"{difference}{_why(difference)}"


def _why(difference: Difference) -> str:
    """Whom of the two directions a difference breaks, where it breaks one only."""
    if difference.narrows == difference.widens or difference.word in ("type", "new"):
        return ""
    if difference.word == "required":
        lacking = ", and retained records may lack it"
        return lacking if difference.narrows else ", and released consumers need it"
    unmet = ", which retained records may not meet"
    return unmet if difference.narrows else ", which released consumers refuse"


class _Comparison:
    """Of two schemas whose `$ref`s lead into definitions of their own; none leads back."""

    def __init__(self, old_parts: Schema, new_parts: Schema) -> None:
        self._old_parts = old_parts
        self._new_parts = new_parts

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[Difference]:
        before = _alternatives(old, self._old_parts)
        after = _alternatives(new, self._new_parts)
        if before.keys() != after.keys():
            what = f"type {_named(before)} became {_named(after)}"
            gone, come = bool(before.keys() - after.keys()), bool(after.keys() - before.keys())
            yield Difference(path, what, narrows=gone, widens=come, word="type")
        yield from _keywords(_beside(old), _beside(new), path)
        for kind in before:
            if kind in after:
                yield from self._one(before[kind], after[kind], path)

    def _one(self, old: Schema, new: Schema, path: str) -> Iterator[Difference]:
        yield from _keywords(old, new, path)
        yield from self._fields(old, new, path)
        if ("items" in old) != ("items" in new):
            what = "what it holds is said in one of both only"
            yield Difference(f"{path}[]", what, narrows=True, widens=True)
        elif "items" in old:
            yield from self.of(old["items"], new["items"], f"{path}[]")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[Difference]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must, must_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            at = f"{path}.{name}"
            if name not in after:
                yield Difference(at, "the field is gone", narrows=True, widens=True)
                continue
            if name in must_now - must:
                what = "is required now"
                yield Difference(at, what, narrows=True, widens=False, word="required")
            if name in must - must_now:
                what = "is optional now"
                yield Difference(at, what, narrows=False, widens=True, word="required")
            yield from self.of(before[name], after[name], at)
        for name in after:
            if name not in before and name in must_now:
                what = "a new field must be optional"
                at = f"{path}.{name}"
                yield Difference(at, what, narrows=True, widens=False, word="new")


def _keywords(old: Schema, new: Schema, path: str) -> Iterator[Difference]:
    for word in sorted({*old, *new} - _REMARKS - _STRUCTURE - {"type"}):
        before, after = old.get(word), new.get(word)
        if before == after and (word in old) == (word in new):
            continue
        narrows, widens = _directions(word, before, after)
        if not narrows and not widens:
            continue
        yield Difference(path, f"{word} {before!r} became {after!r}", narrows, widens, word)


def _directions(word: str, before: Any, after: Any) -> tuple[bool, bool]:
    """(narrows, widens); both where it can't be told."""
    if word == "enum" and before is not None and after is not None:
        return bool(set(before) - set(after)), bool(set(after) - set(before))
    if word in _LEAST | _MOST | {"enum"} and (before is None or after is None):
        return before is None, after is None
    if word in _LEAST | _MOST:
        narrower = (after > before) == (word in _LEAST)
        return narrower, not narrower
    if word == "additionalProperties" and not isinstance(before or after, dict):
        return after is False, before is False
    return True, True


def _alternatives(schema: Schema, parts: Schema) -> dict[str, Schema]:
    """The kinds of value that a schema takes, by type, each with its own schema resolved."""
    found: dict[str, Schema] = {}
    for one in schema.get("anyOf", [schema]):
        resolved = parts[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        kind = str(resolved.get("type", "anything"))
        # Two alternatives of one type: told apart by their place.
        name = f"{kind} ({len(found) + 1})" if kind in found else kind
        found[name] = {word: said for word, said in resolved.items() if word != "default"}
    return found


def _beside(schema: Schema) -> Schema:
    """What a schema says beside its alternatives, or its only one: the default, as a rule."""
    if "anyOf" in schema or "$ref" in schema:
        return schema
    return {word: schema[word] for word in ("default",) if word in schema}


def _named(alternatives: Mapping[str, Schema]) -> str:
    return " or ".join(sorted(alternatives))
