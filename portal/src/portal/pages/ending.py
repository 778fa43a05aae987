"""Avsluta kopplingen: what it means on a page of its own, then done once (D8).

By a bureau admin from the client's page, and by support from the link's.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from contracts.fields import UUID_TEXT
from portal import history
from portal.forms import Form
from portal.gateway import operations as calls
from portal.gateway.refusals import Refused, Unavailable
from portal.gateway.shapes import EndLink, Link
from portal.guards import BureauAdmin, Posted, Support
from portal.messages import refused_message, wrong_message
from portal.navigation import SUPPORT, home
from portal.pages.absent import no_longer, tenant
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_OWN = "/klienter/{tenant_id}/avsluta"
_LINK = f"{SUPPORT}/kopplingar/{{link_id}}"


@router.get(_OWN)
async def ask(visit: BureauAdmin, tenant_id: str) -> Response:
    link = await _active(visit, tenant(tenant_id))
    if link is None:
        return await no_longer(visit, tenant_id)
    return await _page(visit, link, f"/klienter/{link.tenant_id}")


@router.post(_OWN)
async def end(form: Posted, visit: BureauAdmin, tenant_id: str) -> Response:
    """Ends the very link that the page showed, and not one that was made since."""
    link = await _link(visit, form.text("link"))
    if link.tenant_id != tenant(tenant_id) or link.bureau_id != visit.who.bureau_id:
        raise HTTPException(404)
    return await _end(visit, form, link, f"/klienter/{link.tenant_id}", home(visit.who))


@router.get(f"{_LINK}/avsluta")
async def ask_for_somebody(visit: Support, link_id: str) -> Response:
    link = await _link(visit, link_id)
    if link.status == "ended":
        return visit.to(f"{SUPPORT}/kopplingar/{link.id}", note="note.link_ended_before")
    return await _page(visit, link, f"{SUPPORT}/kopplingar/{link.id}")


@router.post(f"{_LINK}/avsluta")
async def end_for_somebody(form: Posted, visit: Support, link_id: str) -> Response:
    link = await _link(visit, link_id)
    page = f"{SUPPORT}/kopplingar/{link.id}"
    return await _end(visit, form, link, page, page)


@router.get(_LINK)
async def show(visit: Support, link_id: str) -> Response:
    link = await _link(visit, link_id)
    return visit.page("support_link.html", link=link, history=history)


async def _end(visit: Visit, form: Form, link: Link, back: str, onwards: str) -> Response:
    wrong = wrong_message(form, "reason")
    if _for_somebody(back) and not form.text("reason"):
        wrong = {"reason": "end.reason.missing"}
    if form.text("confirm") != "yes":
        wrong["confirm"] = "end.confirm.missing"
    if wrong:
        return await _page(visit, link, back, form, errors=wrong)
    body = EndLink(reason=form.text("reason") or None)
    try:
        ended = await visit.calls(calls.END_LINK, body, link_id=str(link.id))
    except Unavailable as error:
        return await _page(visit, link, back, form, unsent=error.part)
    except Refused as refused:
        if wrong := refused_message(refused, "reason"):
            return await _page(visit, link, back, form, errors=wrong)
        raise
    by_me = ended.ended_by is not None and ended.ended_by.user_id == visit.who.sub
    return visit.to(onwards, note="note.link_ended" if by_me else "note.link_ended_before")


async def _page(
    visit: Visit,
    link: Link,
    back: str,
    form: Form | None = None,
    *,
    errors: dict[str, str] | None = None,
    unsent: str | None = None,
) -> Response:
    """back: the page that led here, which tells whether it is the bureau's own or customer
    service's: one person may be both. form: what was typed. unsent: the part that did not
    answer."""
    typed = form or visit.draft()
    about: dict[str, Any] = {"link": link, "errors": errors or {}, "unsent": unsent}
    return visit.page(
        "end_link.html",
        503 if unsent else 422 if errors else 200,
        for_somebody=_for_somebody(back),
        losing=None if _for_somebody(back) else await _losing(visit, link),
        reason=typed.values.get("reason", "") if typed else "",
        confirmed=typed is not None and typed.text("confirm") == "yes",
        back=back,
        **about,
    )


def _for_somebody(back: str) -> bool:
    return back.startswith(f"{SUPPORT}/")


async def _losing(visit: Visit, link: Link) -> Sequence[str] | None:
    """Who may sign in at the client and won't any more; None where that can't be told."""
    try:
        access = await had(visit.calls(calls.LIST_PERMISSIONS, tenant_id=link.tenant_id))
    except Refused as refused:
        if refused.code == "CLIENT_NOT_FOUND":
            return ()
        raise
    if isinstance(access, Unavailable):
        return None
    return [one.name for one in access.items if one.permissions]


async def _active(visit: Visit, tenant_id: str) -> Link | None:
    asked = {**visit.own, "tenant_id": tenant_id, "status": "active", "limit": 1}
    found = await visit.calls(calls.LIST_LINKS, query=asked)
    return found.items[0] if found.items else None


async def _link(visit: Visit, link_id: str) -> Link:
    if not UUID_TEXT.fullmatch(link_id):
        raise HTTPException(404)
    return await visit.calls(calls.SHOW_LINK, link_id=link_id)
