"""The kinds of field that contracts are made of, each with its bounds."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, PlainSerializer, StringConstraints

from contracts.org_number import OrgNumber

TENANT_ID = re.compile(r"[0-9]{1,12}", re.ASCII)
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def plain_text(text: str) -> str:
    """The text itself; ValueError for control characters, lone surrogates and line breaks.

    Such text would end in a mail's header or a page's title sooner or later.
    """
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError("must not hold control characters or line breaks")
    return text


def multiline_text(text: str) -> str:
    """As `plain_text`, but tabs and line feeds may stand in it."""
    plain_text(text.replace("\r\n", "\n").replace("\n", " ").replace("\t", " "))
    return text.replace("\r\n", "\n")


def _full(pattern: re.Pattern[str], what: str) -> AfterValidator:
    # Not `Field(pattern=...)`: its `$` would let a trailing newline through.
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {what}")
        return text

    return AfterValidator(check)


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (at and local and "." in domain) or re.search(r"[\s<>,;:\"()\[\]\\]", text):
        raise ValueError("must be one mail address")
    return text


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must name its time zone")
    return moment.astimezone(UTC)


TenantId = Annotated[str, _full(TENANT_ID, "1 to 12 digits")]
BureauId = Annotated[str, _full(IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -")]
UserId = Annotated[str, _full(IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -")]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain_text),
]
Email = Annotated[
    str, StringConstraints(max_length=254), AfterValidator(plain_text), AfterValidator(_email)
]
Message = Annotated[str, StringConstraints(max_length=500), AfterValidator(multiline_text)]
Locale = Literal["sv", "en"]
Moment = Annotated[
    datetime,
    AfterValidator(_utc),
    PlainSerializer(
        lambda m: m.isoformat().replace("+00:00", "Z"), return_type=str, when_used="json"
    ),
]
"""An instant: RFC 3339 in, UTC with `Z` out."""

DirectoryOrgNumber = Annotated[str, AfterValidator(lambda text: OrgNumber.parse(text).display)]
"""An organisation number in clear, `NNNNNN-NNNN`: in directory records only."""

EntryPoint = Literal["client_manager", "digital_bureau"]
Program = Literal["bookkeeping", "invoicing", "payroll", "annual_accounts", "documents"]
Access = Literal["read", "write"]
Side = Literal["bureau", "client", "support"]
PROGRAMS: tuple[Program, ...] = (
    "bookkeeping",
    "invoicing",
    "payroll",
    "annual_accounts",
    "documents",
)
