"""What a paper form asks for: its fields, where they stand, and how much fits into them.

The names are those of POST /v1/paper-forms where it has the field, and stay as they are: whoever
reads filled forms by program knows them by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.events.linking import FormKind


@dataclass(frozen=True, slots=True)
class Text:
    """A field to write in. share: of the row's width. limit: characters. needed: before the form is
    sent in. optional: says so beside its label."""

    name: str
    share: float
    limit: int
    needed: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several to tick; an option's name is its value."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """Room to sign by hand; nothing to fill in on a screen."""


@dataclass(frozen=True, slots=True)
class Note:
    """Words beside the fields of a row."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and rows below it. lead: whether words of the same name stand before the rows."""

    name: str
    rows: tuple[tuple[Text | Choice | Signature | Note, ...], ...]
    lead: bool = False


_ORG_NUMBER = 13  # 19640823-3234, the longest that anyone writes
_NAME = 100
_THIRD = 1 / 3

_BUREAU = (
    (Text("bureau_name", 2 / 3, _NAME), Text("bureau_org_number", _THIRD, _ORG_NUMBER)),
    (
        Text("bureau_contact", 4 / 15, _NAME),
        Text("bureau_email", 2 / 5, 254),
        Text("bureau_phone", _THIRD, 30, needed=False, optional=True),
    ),
)
_CLIENT = (
    (Text("client_name", 2 / 3, _NAME), Text("client_org_number", _THIRD, _ORG_NUMBER)),
    (Text("tenant_id", _THIRD, 12), Note("client_numbers", 2 / 3)),
)
_FORMER = (
    (
        Text("former_bureau_name", 2 / 3, _NAME),
        Text("former_bureau_org_number", _THIRD, _ORG_NUMBER, needed=False, optional=True),
    ),
    (Choice("former_access_ended_by", ("support_agent", "former_bureau_or_client")),),
)
_SIGNATURE = (
    (Choice("signatory_role", ("authorised_signatory", "system_admin")),),
    (
        Text("signed_by", 1 / 2, _NAME),
        Text("place", 1 / 4, 50, needed=False, optional=True),
        Text("signed_on", 1 / 4, 10),
    ),
    (Signature(),),
)

SUPPORT = Section(
    "support",
    ((Text("bureau_id", 1 / 2, 64, needed=False), Text("reference", 1 / 2, 200, needed=False)),),
)
"""Filled in by customer service: the bureau's id, which it finds by the number, and the archive's
reference."""

SECTIONS: dict[FormKind, tuple[Section, ...]] = {
    "link_client": (
        Section("bureau", _BUREAU),
        Section("client", _CLIENT),
        Section("signature", _SIGNATURE, lead=True),
    ),
    "change_bureau": (
        Section("new_bureau", _BUREAU),
        Section("former_bureau", _FORMER),
        Section("client", _CLIENT),
        Section("signature", _SIGNATURE, lead=True),
    ),
}
"""By kind, the sections from the top, without customer service's."""


def fields_of(kind: FormKind) -> Iterator[Text | Choice]:
    """Every field of a form, in the order in which it is filled in."""
    for section in (*SECTIONS[kind], SUPPORT):
        for row in section.rows:
            yield from (each for each in row if isinstance(each, Text | Choice))
