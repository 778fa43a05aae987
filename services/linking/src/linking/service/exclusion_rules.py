"""Exclusion rules are data that ops change (R11-R14): dated, audited, published at once."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import invalid
from linking.exclusions import Kind, key_of, verdict
from linking.service.auditing import Action, Origin, record
from linking.service.directory import publish_verdicts
from linking.service.guard import support_person
from linking.storage import exclusions
from linking.tables import ExclusionRule


async def rules(session: AsyncSession) -> Sequence[ExclusionRule]:
    return await exclusions.listed(session)


async def add(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    kind: Kind,
    value: str,
    origin: Origin,
) -> Sequence[ExclusionRule]:
    """The rules with this one; adding it again is harmless. Raises INVALID_INPUT."""
    key = _key(kind, value)
    await exclusions.lock(session)
    if await exclusions.add(session, kind, key, value.strip()):
        await _changed(session, outbox, caller, "exclusion_added", kind, key, origin)
    return await exclusions.listed(session)


async def remove(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    kind: Kind,
    value: str,
    origin: Origin,
) -> Sequence[ExclusionRule]:
    """The rules without this one; removing it again is harmless. Raises INVALID_INPUT."""
    key = _key(kind, value)
    await exclusions.lock(session)
    if await exclusions.remove(session, kind, key):
        await _changed(session, outbox, caller, "exclusion_removed", kind, key, origin)
    return await exclusions.listed(session)


def _key(kind: Kind, value: str) -> str:
    key = key_of(kind, value)
    if not key:
        raise invalid("value", "must not be empty")
    if kind == "multi_company_setup" and key != "true":
        # `false` would exclude everybody else.
        raise invalid("value", "must be true for multi_company_setup")
    return key


async def _changed(
    session: AsyncSession,
    outbox: Outbox,
    caller: Principal,
    action: Action,
    kind: Kind,
    key: str,
    origin: Origin,
) -> None:
    """Publishes every bureau whose verdict is another now, and keeps who changed the rule."""
    pairs = await exclusions.rules(session)
    verdicts = {
        bureau_id: verdict(pairs, bureau_id, group, multi)
        for bureau_id, group, multi in await exclusions.facts_of_bureaus(session)
    }
    await publish_verdicts(outbox, session, verdicts)
    await record(
        session,
        action,
        f"exclusion:{kind}:{key}",
        by=support_person(caller),
        origin=origin,
        bureau_id=key if kind == "bureau" else None,
        kind=kind,
        value=key,
    )
