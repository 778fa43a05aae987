"""What somebody types to find a client: a database id or an organisation number, told apart."""

import re
from typing import Literal

from contracts.fields import TENANT_ID
from contracts.org_number import OrgNumber, OrgNumberError

Kind = Literal["tenant_id", "org_number"]
KINDS: tuple[Kind, ...] = ("tenant_id", "org_number")
_DIGITS = re.compile(r"[0-9]{10}")


class NotAnIdentifier(ValueError):
    """text: a key of the catalogue. instead: what it would be, if taken for the other kind."""

    def __init__(self, text: str, instead: Kind | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.instead = instead


def read(kind: Kind, typed: str) -> str:
    """The identifier as the API takes it. Raises NotAnIdentifier."""
    typed = typed.strip()
    if not typed:
        raise NotAnIdentifier(f"find.{kind}.empty")
    return _tenant_id(typed) if kind == "tenant_id" else _org_number(typed)


def other_reading(kind: Kind, identifier: str) -> Kind | None:
    """The other kind, where this would be one of it too."""
    if kind == "tenant_id":
        return "org_number" if _is_org_number(identifier) else None
    return "tenant_id" if TENANT_ID.fullmatch(identifier) else None


def _tenant_id(typed: str) -> str:
    plain = "".join(typed.split())
    if TENANT_ID.fullmatch(plain):
        return plain
    if _is_org_number(typed):
        raise NotAnIdentifier("find.tenant_id.is_org_number", "org_number")
    raise NotAnIdentifier("find.tenant_id.wrong")


def _org_number(typed: str) -> str:
    try:
        OrgNumber.parse(typed)
    except OrgNumberError:
        pass
    else:
        return typed
    if TENANT_ID.fullmatch(typed) and len(typed) not in (10, 12):
        raise NotAnIdentifier("find.org_number.is_tenant_id", "tenant_id")
    digits = "".join(
        character for character in typed if character.isascii() and character.isdigit()
    )
    is_number = _DIGITS.fullmatch(digits[-10:]) is not None and len(digits) in (10, 12)
    raise NotAnIdentifier("find.org_number.check" if is_number else "find.org_number.wrong")


def _is_org_number(typed: str) -> bool:
    try:
        OrgNumber.parse(typed)
    except OrgNumberError:
        return False
    return True
