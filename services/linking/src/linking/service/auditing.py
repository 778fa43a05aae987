"""The audit trail (D9): who did what, for whom, when, from where, on which text."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from contracts.audit_chain import NO_TENANT, START, Beside, Entry
from contracts.events.event import Person
from linking.storage import audit, directory
from linking.tables import AuditEntry, AuditPerson, Pair

Action = Literal[
    "link_requested",
    "link_request_resent",
    "link_request_cancelled",
    "link_request_accepted",
    "link_request_declined",
    "link_request_expired",
    "link_registered",
    "link_ended",
    "link_mended",
    "bureau_mended",
    "exclusion_added",
    "exclusion_removed",
    "person_exported",
    "person_erased",
    "events_replayed",
    "dead_letter_retried",
    "dead_letter_discarded",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act comes from.

    address: the caller's. shown: the text that she saw when she acted. sent_to: the user id that
    the link she used was sent to; None where no link was used.
    """

    address: str | None = None
    shown: str | None = None
    sent_to: str | None = None


OURS = Origin()
"""The clock or the directory acted."""


async def record(
    session: AsyncSession,
    action: Action,
    subject: str,
    *,
    by: Person | None,
    origin: Origin = OURS,
    tenant_id: str | None = None,
    bureau_id: str | None = None,
    acting_for: str | None = None,
    reference: str | None = None,
    **facts: Any,
) -> None:
    """Adds an entry to the tenant's chain, or to the one of acts that concern no tenant.

    subject: `request:ID`, `link:ID`, `exclusion:KIND:VALUE`, `bureau:ID`, `letter:ID`, `outbox` or
    `person`. by: None where the clock or the directory acted. acting_for: on whose behalf, where it
    is not her own side. reference: where the form is archived that she acted on; people write it,
    so it may hold a name, and lies beside the entry with hers. facts: JSON values, nothing
    personal. Call it when every row that the transaction needs is locked: chains are locked last,
    so that nobody waits in a circle.
    """
    chain = tenant_id or NO_TENANT
    await audit.lock_chain(session, chain)
    seq, previous, before = await audit.head(session, chain) or (0, START, None)
    beside = None if by is None else _beside(by, origin, acting_for, reference)
    entry = Entry(
        chain=chain,
        seq=seq + 1,
        at=_not_before(before, await directory.now(session)),
        action=action,
        subject=subject,
        bureau_id=bureau_id,
        side=None if by is None else by.side,
        facts={name: fact for name, fact in facts.items() if fact is not None},
        person_digest=None if beside is None else beside.person_digest(),
        shown_digest=None if beside is None else beside.shown_digest(),
        previous=previous,
    )
    row = AuditEntry(**{**_fields(entry), "hash": entry.seal()})
    person = None
    if beside is not None:
        person = AuditPerson(
            chain=chain,
            seq=entry.seq,
            salt=beside.salt,
            person=dict(beside.person),
            shown=beside.shown,
        )
    await audit.add(session, row, person)


async def record_of_pair(
    session: AsyncSession,
    action: Action,
    subject: str,
    pair: Pair,
    *,
    by: Person | None,
    origin: Origin = OURS,
    acting_for: str | None = None,
    reference: str | None = None,
    **facts: Any,
) -> None:
    """As `record`, of what a bureau and a client have with each other, at the pair's version."""
    await record(
        session,
        action,
        subject,
        by=by,
        origin=origin,
        tenant_id=pair.tenant_id,
        bureau_id=pair.bureau_id,
        acting_for=acting_for,
        reference=reference,
        version=pair.version,
        **facts,
    )


def entry_of(row: AuditEntry) -> Entry:
    """The row as what its hash covers."""
    return Entry(**{**row.model_dump(exclude={"at"}), "at": row.at.astimezone(UTC)})


def beside_of(row: AuditPerson | None) -> Beside | None:
    return None if row is None else Beside(row.salt, row.person, row.shown)


def _beside(by: Person, origin: Origin, acting_for: str | None, reference: str | None) -> Beside:
    person = {
        **by.model_dump(),
        "acting_for": acting_for,
        "reference": reference,
        "address": origin.address,
        "sent_to": origin.sent_to,
    }
    known = {name: value for name, value in person.items() if value is not None}
    return Beside(secrets.token_hex(32), known, origin.shown)


def _not_before(before: datetime | None, now: datetime) -> datetime:
    # A clock that was set back must not make the order of times differ from the chain's.
    return now if before is None else max(before, now)


def _fields(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Entry.__slots__}
