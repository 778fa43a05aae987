"""The audit trail as JSON: to be read, and to be proved."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from chassis.api_document import with_examples
from contracts.audit_chain import NO_TENANT
from contracts.events.event import Person
from contracts.fields import BureauId, Moment, TenantId
from linking import examples
from linking.storage.audit import Row

_Cursor = Annotated[str, StringConstraints(max_length=200)]


class AuditQuery(BaseModel):
    tenant_id: TenantId | None = None
    bureau_id: BureauId | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: _Cursor | None = None


class AuditOut(BaseModel):
    """One act. actor: None where the clock or the directory acted, or the person was erased.

    subject: `request:ID`, `link:ID`, `exclusion:KIND:VALUE` or `person`. acting_for: on whose
    behalf. reference: where the signed form is archived that was acted on. address: where it came
    from. sent_to: the user id that the link was sent to.
    shown_digest: SHA-256 of the salted text of the page that was acted on. erased: whether what
    was of a person is gone. seq, hash: the entry's place in its tenant's chain, and its seal.
    """

    at: Moment
    action: str
    subject: str
    tenant_id: str | None
    bureau_id: str | None
    side: Literal["bureau", "client", "support"] | None
    actor: Person | None
    acting_for: str | None
    reference: str | None
    address: str | None
    sent_to: str | None
    facts: dict[str, Any]
    shown_digest: str | None
    erased: bool
    seq: int
    hash: str

    @classmethod
    def of(cls, row: Row) -> "AuditOut":
        entry, beside = row
        person = beside.person if beside is not None else {}
        return cls.model_validate(
            {
                **entry.model_dump(),
                "tenant_id": None if entry.chain == NO_TENANT else entry.chain,
                "actor": person or None,
                "acting_for": person.get("acting_for"),
                "reference": person.get("reference"),
                "address": person.get("address"),
                "sent_to": person.get("sent_to"),
                "erased": entry.person_digest is not None and beside is None,
            }
        )


class AuditTrail(BaseModel):
    model_config = with_examples(examples.AUDIT_TRAIL)

    items: list[AuditOut]
    next_cursor: str | None


class ChainQuery(BaseModel):
    limit: int = Field(default=500, ge=1, le=1000)
    cursor: _Cursor | None = None


class EntryOut(BaseModel):
    """contracts.audit_chain.Entry."""

    chain: str
    seq: int
    at: Moment
    action: str
    subject: str
    bureau_id: str | None
    side: str | None
    facts: dict[str, Any]
    person_digest: str | None
    shown_digest: str | None
    previous: str
    hash: str


class BesideOut(BaseModel):
    """contracts.audit_chain.Beside."""

    salt: str
    person: dict[str, Any]
    shown: str | None


class ChainRow(BaseModel):
    entry: EntryOut
    beside: BesideOut | None

    @classmethod
    def of(cls, row: Row) -> "ChainRow":
        entry, beside = row
        return cls.model_validate({"entry": entry, "beside": beside}, from_attributes=True)


class Chain(BaseModel):
    """anchors: by chain, (seq, hash) of the last entry that retention has taken away."""

    model_config = with_examples(examples.AUDIT_CHAIN)

    items: list[ChainRow]
    next_cursor: str | None
    anchors: dict[str, tuple[int, str]]
