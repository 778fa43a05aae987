"""The kinds of field that contracts are made of, each with its bounds."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from contracts.org_number import OrgNumber

TENANT_ID = re.compile(r"[0-9]{1,12}", re.ASCII)
IDENTIFIER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""As we write them; other spellings of the same number name nothing."""
# Unicode's categories Cc, Cs, Zl and Zp. As a pattern, since an import walks through megabytes.
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
SHOWN_ORG_NUMBER = re.compile(r"[0-9]{6}-(?:[0-9]{4}|\*{4})", re.ASCII)
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def plain_text(text: str) -> str:
    """The text itself; ValueError for control characters, lone surrogates and line breaks.

    Such text would end in a mail's header or a page's title sooner or later.
    """
    if _UNSENDABLE.search(text):
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
    local, _, domain = text.partition("@")
    labels = domain.split(".")
    # Two at signs are two readings of where the mail goes; isprintable refuses what can't be seen.
    if not local or len(labels) < 2 or not all(labels) or not text.isprintable():
        raise ValueError("must be one mail address")
    if re.search(r"[\s<>,;:\"()\[\]\\@]", local + domain):
        raise ValueError("must be one mail address")
    return text


def _written(moment: object) -> object:
    # A number, or digits alone, would be taken for seconds since 1970, in a zone that nobody named.
    if isinstance(moment, datetime) or (isinstance(moment, str) and moment[4:5] == "-"):
        return moment
    raise ValueError("must be an RFC 3339 time")


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must name its time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # 0001-01-01T00:00:00+01:00 is in no year that Python knows
        raise ValueError("must be a time of the years 1 to 9999") from None


def _shown(text: str) -> str:
    number, masked = text, text.endswith("*")
    if not masked:
        number = OrgNumber.parse(text).display
    if not SHOWN_ORG_NUMBER.fullmatch(number) or masked != (number[2] < "2"):
        # Whose third digit is 0 or 1 is a person, and in clear for the directory only.
        raise ValueError("must be NNNNNN-NNNN, or YYMMDD-**** for a sole trader")
    return number


def _schema(pattern: re.Pattern[str]) -> WithJsonSchema:
    """Says the pattern in the JSON Schema too, so that narrowing it shows as a breaking change."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$"})


TenantId = Annotated[str, _full(TENANT_ID, "1 to 12 digits"), _schema(TENANT_ID)]
BureauId = Annotated[str, _full(IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -"), _schema(IDENTIFIER)]
UserId = Annotated[str, _full(IDENTIFIER, "1 to 64 of A-Z a-z 0-9 . _ -"), _schema(IDENTIFIER)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""Counted from 1. A larger one would not fit PostgreSQL's integer, and so fail in the consumer."""
Window = Annotated[int, Field(ge=1, le=65535)]
"""The number of a sending, from 1; two bytes in a link's token."""
Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(plain_text)]
"""One line, which may be empty. Kept as it stands."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain_text),
]
Email = Annotated[
    str,
    StringConstraints(max_length=254),
    AfterValidator(plain_text),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
Message = Annotated[str, StringConstraints(max_length=500), AfterValidator(multiline_text)]
Digest = Annotated[str, _full(DIGEST, "64 of 0-9 a-f"), _schema(DIGEST)]
"""A SHA-256 in lower-case hexadecimal."""
Locale = Literal["sv", "en"]
Moment = Annotated[
    datetime,
    BeforeValidator(_written),
    AfterValidator(_utc),
    PlainSerializer(
        lambda m: m.isoformat().replace("+00:00", "Z"), return_type=str, when_used="json"
    ),
]
"""An instant: RFC 3339 in, UTC with `Z` out."""

DirectoryOrgNumber = Annotated[str, AfterValidator(lambda text: OrgNumber.parse(text).display)]
"""An organisation number in clear, `NNNNNN-NNNN`: in directory records only."""
ShownOrgNumber = Annotated[str, AfterValidator(_shown), _schema(SHOWN_ORG_NUMBER)]
"""As anybody may see it: `NNNNNN-NNNN`, or `YYMMDD-****` for a sole trader."""

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
