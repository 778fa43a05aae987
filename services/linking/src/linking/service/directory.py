"""Keeping up with the directory, and telling who may use the digital route."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.handlers import Change
from chassis.outbox import Outbox
from contracts.events.linking import DELETED, BureauEligibility
from contracts.org_number import OrgNumber
from linking.exclusions import Verdict, verdict
from linking.service.deletions import bureaus_gone, clients_gone
from linking.storage import directory, exclusions


async def take_clients(outbox: Outbox, session: AsyncSession, changes: Sequence[Change]) -> None:
    """Brings the read model of clients up to the directory's newest records; what was pending or
    linked with a client that is gone ends (D11)."""
    kept = [
        {
            "tenant_id": change.state.tenant_id,
            "org_number": OrgNumber.parse(change.state.org_number).digits,
            "name": change.state.name,
            "city": change.state.city,
            "system_admins": [admin.model_dump() for admin in change.state.system_admins],
        }
        for change in changes
        if change.state is not None
    ]
    gone = sorted(change.key for change in changes if change.state is None)
    await directory.put_clients(session, kept)
    if gone:
        await directory.mark_clients_deleted(session, gone)
        await clients_gone(session, outbox, gone)


async def take_bureaus(outbox: Outbox, session: AsyncSession, changes: Sequence[Change]) -> None:
    """Brings the read model of bureaus up to date, and publishes whose eligibility changed; what
    was pending or linked with a bureau that is gone ends (D11)."""
    await exclusions.lock(session)
    rules = await exclusions.rules(session)
    kept, gone = [], []
    verdicts: dict[str, Verdict] = {}
    for change in changes:
        record = change.state
        if record is None:
            gone.append(change.key)
            verdicts[change.key] = Verdict(False, DELETED)
            continue
        verdicts[change.key] = verdict(
            rules, record.bureau_id, record.group, record.multi_company_setup
        )
        kept.append(
            {
                "bureau_id": record.bureau_id,
                "org_number": OrgNumber.parse(record.org_number).digits,
                "name": record.name,
                "chain": record.group,
                "multi_company_setup": record.multi_company_setup,
                "entry_points": list(record.entry_points),
                "users": [user.model_dump() for user in record.users],
            }
        )
    await directory.put_bureaus(session, kept)
    if gone:
        await directory.mark_bureaus_deleted(session, sorted(gone))
    await publish_verdicts(outbox, session, verdicts)
    if gone:
        await bureaus_gone(session, outbox, gone)


async def publish_verdicts(
    outbox: Outbox, session: AsyncSession, verdicts: dict[str, Verdict]
) -> None:
    """Publishes each verdict that is new or differs from the one last published."""
    published = await exclusions.eligibility(session, list(verdicts))
    events = []
    for bureau_id, said in verdicts.items():
        eligible, reason, version = published.get(bureau_id, (None, None, 0))
        if (eligible, reason) != (said.eligible, said.reason):
            events.append(
                BureauEligibility(
                    bureau_id=bureau_id,
                    eligible=said.eligible,
                    reason=said.reason,
                    version=version + 1,
                )
            )
    await exclusions.put_eligibility(session, [event.model_dump() for event in events])
    await outbox.add(session, events)
