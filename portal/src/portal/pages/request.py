"""One request: how it stands, whom it reached, what happened; sending it again, taking it back."""

import asyncio
import hashlib
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import JSONResponse, Response

from contracts.fields import UUID_TEXT
from portal.forms import Form, new_key
from portal.gateway import operations as calls
from portal.gateway.refusals import Refused, Unavailable
from portal.gateway.shapes import Eligibility, LinkRequest
from portal.guards import Bureau, Posted
from portal.navigation import CONNECT, ENTRIES, REQUESTS
from portal.pages.now import eligibility, of_client
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_PATH = f"{REQUESTS}/{{request_id}}"


@router.get(_PATH)
async def show_request(visit: Bureau, request_id: str) -> Response:
    # What was pressed when her session was gone, or when nobody answered, and not a second time.
    return await _page(visit, request_id, visit.draft())


@router.get(f"{_PATH}/lage")
async def show_standing(visit: Bureau, request_id: str) -> Response:
    """What the page asks for now and then while it is open: `{"seen": …}`, another text whenever
    the page would look otherwise."""
    request = await _request(visit, request_id)
    return JSONResponse({"seen": fingerprint(request), "status": request.status})


@router.post(f"{_PATH}/skicka-igen")
async def resend(form: Posted, visit: Bureau, request_id: str) -> Response:
    """New links to the client's admins of now (D2)."""
    page = f"{REQUESTS}/{_checked(request_id)}"
    try:
        await visit.calls(calls.RESEND_REQUEST, key=form.key, request_id=request_id)
    except Unavailable as error:
        # Whether it was sent nobody knows: by the same key it is sent once.
        return await _page(visit, request_id, form, unsent=error.part, status=503)
    except Refused as refused:
        if refused.code == "ALREADY_DECIDED":
            return visit.to(page, note="note.already_decided")
        if refused.code in ("NO_SYSTEM_ADMIN", "BUREAU_EXCLUDED"):
            code = refused.code.lower()
            return await _page(visit, request_id, not_resent=code, status=refused.status)
        if refused.code == "RATE_LIMITED":
            seconds = refused.retry_after or 60
            return await _page(visit, request_id, form, limited=seconds, status=refused.status)
        raise
    return visit.to(page, note="note.resent")


@router.get(f"{_PATH}/aterkalla")
async def ask_to_cancel(visit: Bureau, request_id: str) -> Response:
    """What it means, before it is done."""
    request = await _request(visit, request_id)
    if request.status != "pending":
        return visit.to(f"{REQUESTS}/{request.id}", note="note.already_decided")
    return visit.page("cancel.html", request=request)


@router.post(f"{_PATH}/aterkalla")
async def cancel(form: Posted, visit: Bureau, request_id: str) -> Response:
    page = f"{REQUESTS}/{_checked(request_id)}"
    try:
        await visit.calls(calls.CANCEL_REQUEST, request_id=request_id)
    except Refused as refused:
        if refused.code == "ALREADY_DECIDED":
            return visit.to(page, note="note.already_decided")
        raise
    return visit.to(page, note="note.cancelled")


async def _page(
    visit: Visit,
    request_id: str,
    form: Form | None = None,
    *,
    unsent: str | None = None,
    not_resent: str | None = None,
    limited: int | None = None,
    status: int = 200,
) -> Response:
    """form: of a resend that may be under way. unsent: the part that did not answer when it was
    sent again. not_resent: why it was not, as the end of a key of the catalogue. limited: seconds
    after which it may be."""
    request, time_line = await asyncio.gather(
        _request(visit, request_id),
        had(visit.calls(calls.SHOW_TIME_LINE, request_id=_checked(request_id))),
    )
    return visit.page(
        "request.html",
        status,
        request=request,
        **await _now(visit, request),
        time_line=time_line,
        seen=fingerprint(request),
        key=form.key if form else new_key(),
        unsent=unsent,
        not_resent=not_resent,
        limited=limited,
        again=_another(request),
    )


async def _now(visit: Visit, request: LinkRequest) -> dict[str, Any]:
    """now: how it stands with the client, once somebody has answered. may_resend: whether it may
    be sent again; so, too, where that can't be told: who may not is told when she tries."""
    if request.status != "pending":
        was_linked = request.status == "accepted"
        now = await of_client(visit, request.tenant_id, was_linked=was_linked)
        return {"now": now, "may_resend": False}
    state = await eligibility(visit, request.tenant_id)
    excluded = isinstance(state, Eligibility) and state.reason == "BUREAU_EXCLUDED"
    return {"now": None, "may_resend": not excluded}


def _another(request: LinkRequest) -> str:
    """Where to look for another client, from where this one was asked."""
    entry = next(one for one in ENTRIES if one.name == request.entry_point)
    return entry.path + CONNECT


async def _request(visit: Visit, request_id: str) -> LinkRequest:
    request = await visit.calls(calls.SHOW_REQUEST, request_id=_checked(request_id))
    if request.bureau_id != visit.who.bureau_id:
        # For an agent of customer service, who has a page of her own for it.
        raise HTTPException(404)
    return request


def _checked(request_id: str) -> str:
    if not UUID_TEXT.fullmatch(request_id):
        raise HTTPException(404)
    return request_id


def fingerprint(request: LinkRequest) -> str:
    """Of all that can change while somebody looks."""
    mails = [(one.masked_email, one.mail, one.mail_error) for one in request.recipients]
    told = repr((request.version, request.status, request.decided_at, mails))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
