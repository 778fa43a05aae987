"""The other route (R3-R6): support registers a signed paper form, which links at once."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused, invalid
from contracts.envelope import uuid7
from contracts.events.event import Person
from contracts.events.linking import FormKind, LinkEstablished
from contracts.events.linking import PaperForm as SaidForm
from contracts.org_number import OrgNumber
from contracts.problem_codes import Code
from linking.requests import Act, Step, status_at, step
from linking.service import closing, facts
from linking.service.auditing import Origin, record
from linking.service.guard import support_person
from linking.storage import directory, links, requests
from linking.storage.directory import BureauNow
from linking.tables import Client, Link, Pair, PaperForm

_SWEDEN = ZoneInfo("Europe/Stockholm")
SignatoryRole = Literal["authorised_signatory", "system_admin"]


@dataclass(frozen=True, slots=True)
class Form:
    """What the signed form says. signed_on: in Sweden. reference: where it is archived."""

    bureau_id: str
    tenant_id: str
    form_kind: FormKind
    signed_by: str
    signatory_role: SignatoryRole
    signed_on: date
    reference: str


async def register(
    session: AsyncSession, outbox: Outbox, caller: Principal, form: Form, origin: Origin
) -> Link:
    """The new link. An excluded bureau can be linked so, too (R14); a pending request is cancelled
    (D11); nobody is asked, both sides are told (R6).

    Raises INVALID_INPUT for a bureau or a client that the directory doesn't know or a date to
    come, ALREADY_LINKED.
    """
    agent = support_person(caller)
    bureau = await directory.bureau(session, form.bureau_id, "", lock=True)
    if bureau is None:
        raise invalid("bureau_id", "no such bureau is in the directory")
    client = await directory.client(session, form.tenant_id, lock=True)
    if client is None:
        raise invalid("tenant_id", "no such client is in the directory")
    pair = await requests.lock_pair(session, form.bureau_id, form.tenant_id)
    now = await directory.now(session)
    if form.signed_on > now.astimezone(_SWEDEN).date():
        raise invalid("signed_on", "must not be in the future")
    if await links.active(session, pair.bureau_id, pair.tenant_id) is not None:
        raise Refused(Code.ALREADY_LINKED)
    before = await requests.pending(session, pair.bureau_id, pair.tenant_id)
    if before is not None:
        status = status_at(before.status, before.expires_at, now)
        if step(status, Act.WITHDRAW) is Step.DO:
            await closing.cancel(
                session, outbox, pair, before, now, by=agent, reason="paper_form", origin=origin
            )
        else:
            await closing.expire(session, outbox, pair, before)
    link = await _link(session, pair, bureau, client, form, agent)
    await record(
        session,
        "link_registered",
        f"link:{link.id}",
        by=agent,
        origin=origin,
        tenant_id=pair.tenant_id,
        bureau_id=pair.bureau_id,
        acting_for=form.signed_by,
        version=pair.version,
        form_kind=form.form_kind,
        signatory_role=form.signatory_role,
        signed_on=form.signed_on.isoformat(),
    )
    event = LinkEstablished(
        **facts.of_link(pair, link),
        client_org_number=OrgNumber(client.org_number).masked,
        established_at=link.established_at,
        form=SaidForm(form_kind=form.form_kind, signed_by=form.signed_by, reference=form.reference),
        bureau_admins=await facts.bureau_admins(session, pair.bureau_id),
        client_admins=facts.client_admins(client),
    )
    await outbox.add(session, [event])
    return link


async def _link(
    session: AsyncSession,
    pair: Pair,
    bureau: BureauNow,
    client: Client,
    form: Form,
    agent: Person,
) -> Link:
    now = await directory.now(session)
    pair.version += 1
    link = Link(
        id=uuid7(),
        bureau_id=pair.bureau_id,
        tenant_id=pair.tenant_id,
        status="active",
        route="paper_form",
        version=pair.version,
        bureau_name=bureau.name,
        client_name=client.name,
        established_at=now,
    )
    session.add(link)
    await session.flush()
    session.add(
        PaperForm(
            link_id=link.id,
            form_kind=form.form_kind,
            signed_by=form.signed_by,
            signatory_role=form.signatory_role,
            signed_on=form.signed_on,
            reference=form.reference,
            registered_by=agent.model_dump(),
            registered_at=now,
        )
    )
    await session.flush()
    return link
