"""Whether events as they are now still suit what has been released.

Both directions count. Records of the released kind are retained and read by the new code; records
of the new kind are read by consumers that were released and run on. So within a version nothing
may be taken away, narrowed or widened; new optional fields and new events are free, since
consumers ignore what they don't know. (design.md, Topics)
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

# What these say binds nobody.
_REMARKS = frozenset({"title", "description", "examples", "$schema", "$defs", "x-topic"})
_STRUCTURE = frozenset({"properties", "required", "items", "anyOf", "$ref"})
_LEAST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_MOST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})


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
    yield from _Comparison(old.get("$defs", {}), new.get("$defs", {})).of(old, new, "")


class _Comparison:
    """Of two schemas whose `$ref`s lead into definitions of their own; none leads back."""

    def __init__(self, old_parts: Schema, new_parts: Schema) -> None:
        self._old_parts = old_parts
        self._new_parts = new_parts

    def of(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before = _alternatives(old, self._old_parts)
        after = _alternatives(new, self._new_parts)
        if before.keys() != after.keys():
            yield f"{path}: type {_named(before)} became {_named(after)}"
            return
        yield from _keywords(_beside(old), _beside(new), path)
        for kind in before:
            yield from self._one(before[kind], after[kind], path)

    def _one(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        yield from _keywords(old, new, path)
        yield from self._fields(old, new, path)
        if ("items" in old) != ("items" in new):
            yield f"{path}[]: what it holds is said in one of both only"
        elif "items" in old:
            yield from self.of(old["items"], new["items"], f"{path}[]")

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must, must_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            at = f"{path}.{name}"
            if name not in after:
                yield f"{at}: the field is gone"
                continue
            if name in must_now - must:
                yield f"{at}: is required now, and retained records may lack it"
            if name in must - must_now:
                yield f"{at}: is optional now, and released consumers need it"
            yield from self.of(before[name], after[name], at)
        for name in after:
            if name not in before and name in must_now:
                yield f"{path}.{name}: a new field must be optional"


def _keywords(old: Schema, new: Schema, path: str) -> Iterator[str]:
    for word in sorted({*old, *new} - _REMARKS - _STRUCTURE - {"type"}):
        if old.get(word) == new.get(word) and (word in old) == (word in new):
            continue
        before, after = old.get(word), new.get(word)
        if word == "enum" and before and after and set(before) == set(after):
            continue
        yield f"{path}: {word} {before!r} became {after!r}{_direction(word, before, after)}"


def _direction(word: str, before: Any, after: Any) -> str:
    narrower = ", which retained records may not meet"
    wider = ", which released consumers refuse"
    if word == "enum" and before is not None and after is not None:
        return narrower if set(before) - set(after) else wider
    if word in _LEAST | _MOST:
        if before is None or after is None:
            return narrower if before is None else wider
        return narrower if (after > before) == (word in _LEAST) else wider
    return ""


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
