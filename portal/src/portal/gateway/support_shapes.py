"""What the API takes and answers for customer service alone: see shapes.py."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from portal.gateway.shapes import Answer, Body, FormKind, Person, SignatoryRole


class BureauSearch(Body):
    query: str


class FoundBureau(Answer):
    bureau_id: str
    org_number: str
    name: str


class FoundBureaus(Answer):
    items: list[FoundBureau]


class PaperForm(Body):
    bureau_id: str
    tenant_id: str
    form_kind: FormKind
    signed: bool
    signed_by: str
    signatory_role: SignatoryRole
    signed_on: date
    reference: str


class AuditEntry(Answer):
    at: AwareDatetime
    action: str
    subject: str
    tenant_id: str | None
    bureau_id: str | None
    side: Literal["bureau", "client", "support"] | None
    actor: Person | None
    acting_for: str | None
    reference: str | None = None
    address: str | None
    erased: bool
    seq: int


class AuditTrail(Answer):
    items: list[AuditEntry]
    next_cursor: str | None
