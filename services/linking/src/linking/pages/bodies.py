"""Bodies of the public POSTs, read by hand: a form of the page, or JSON of a program."""

import json
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import AfterValidator, TypeAdapter, ValidationError

from chassis.problems import Refused, invalid
from contracts.fields import Message
from contracts.problem_codes import Code
from linking.messages import is_blank, without_address
from linking.pages.negotiation import content_type

FORM = "application/x-www-form-urlencoded"
_YES = ("on", "yes", "true", "1")


_MESSAGE: TypeAdapter[str] = TypeAdapter(Annotated[Message, AfterValidator(without_address)])


async def fields_of(request: Request, *known: str) -> dict[str, Any]:
    """The body's fields; no body at all, without a content type, has none.

    Raises MALFORMED_BODY, UNSUPPORTED_MEDIA_TYPE, INVALID_INPUT that names what is unknown.
    """
    fields = await _fields(request)
    unknown = sorted(name for name in fields if name not in known)
    if unknown:
        errors = [{"field": _safe(name), "message": "is not known"} for name in unknown[:20]]
        raise Refused(Code.INVALID_INPUT, "Not valid: unknown fields", errors=errors)
    return fields


def is_confirmed(request: Request, fields: dict[str, Any]) -> bool:
    """Whether the body confirms (D10): a form's box, or JSON's true."""
    value = fields.get("confirm")
    if content_type(request) == FORM:
        return isinstance(value, str) and value.strip().lower() in _YES
    if not (value is None or isinstance(value, bool)):
        raise invalid("confirm", "must be true")
    return value is True


def words(fields: dict[str, Any], name: str) -> str | None:
    """What was written to the other side, at most 500 characters and no web address; None for
    nothing. Raises INVALID_INPUT."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid(name, "must be text")
    try:
        return _MESSAGE.validate_python(written(value)) or None
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise invalid(name, said) from None


def written(value: object) -> str:
    """What was meant by a field with words; nothing, where it isn't one."""
    # A browser counts a line's end as one character and sends two.
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    return "" if is_blank(text) else text


def is_message(text: str) -> bool:
    """Whether `words` would take it."""
    try:
        _MESSAGE.validate_python(text)
    except ValidationError:
        return False
    return True


async def _fields(request: Request) -> dict[str, Any]:
    body = await request.body()
    kind = content_type(request)
    if not kind and not body:
        return {}
    if kind == FORM:
        return _form(body)
    if kind == "application/json":
        return _json(body)
    raise Refused(Code.UNSUPPORTED_MEDIA_TYPE, f"Send {FORM} or application/json")


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
        )
    except ValueError:
        raise invalid("body", "is not a form in UTF-8") from None
    return dict(pairs)


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(Code.MALFORMED_BODY) from None
    if not isinstance(value, dict):
        raise invalid("body", "must be an object")
    return value


def _safe(name: str) -> str:
    # A lone surrogate in the answer could not be encoded.
    return name[:100].encode(errors="replace").decode()
