"""The other route (R3-R6): support registers a signed paper form, which links at once."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Principal
from chassis.outbox import Outbox
from chassis.problems import Refused, invalid
from contracts.events.event import Person
from contracts.events.linking import FormKind, LinkEstablished
from contracts.events.linking import PaperForm as SaidForm
from contracts.org_number import OrgNumber
from contracts.problem_codes import Code
from linking.service import facts
from linking.service.auditing import Origin, record_of_pair
from linking.service.closing import withdraw
from linking.service.establishing import establish
from linking.service.guard import support_person
from linking.storage import directory, links, requests
from linking.tables import Link, PaperForm

_OLDEST = 10  # years; an older date is a slip of the pen, or of the finger
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
    if form.signed_on.year < now.year - _OLDEST:
        raise invalid("signed_on", f"must not be more than {_OLDEST} years ago")
    if await links.active(session, pair.bureau_id, pair.tenant_id) is not None:
        raise Refused(Code.ALREADY_LINKED)
    await withdraw(session, outbox, pair, now, by=agent, reason="paper_form", origin=origin)
    link = await establish(session, pair, client, bureau.name, "paper_form", now)
    await links.add_paper_form(session, _kept(form, link, agent))
    await record_of_pair(
        session,
        "link_registered",
        f"link:{link.id}",
        pair,
        by=agent,
        origin=origin,
        acting_for=form.signed_by,
        reference=form.reference,
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


def _kept(form: Form, link: Link, agent: Person) -> PaperForm:
    return PaperForm(
        link_id=link.id,
        form_kind=form.form_kind,
        signed_by=form.signed_by,
        signatory_role=form.signatory_role,
        signed_on=form.signed_on,
        reference=form.reference,
        registered_by=agent.model_dump(),
        registered_at=link.established_at,
    )
