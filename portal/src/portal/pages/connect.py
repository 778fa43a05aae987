"""Koppla klient: find a client, see whether it can be asked, ask it.

What was searched for stands in the address sealed, so that no number lands in a log or a history;
so reload and Back work, and searching again needs no form to be sent again.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from portal import identifiers
from portal.forms import Form, new_key
from portal.gateway import operations as calls
from portal.gateway import shapes
from portal.gateway.client import Calls
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.guards import Bureau, Posted
from portal.identifiers import KINDS, Kind, NotAnIdentifier
from portal.messages import refused_message, wrong_message
from portal.navigation import CONNECT, ENTRIES, REQUESTS, Entry
from portal.pages.now import eligibility, pending
from portal.parts import had
from portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Found:
    """A client, and what stands in the way of asking it: a code, None for nothing. pending: the
    request that waits there. state is None where it can't be told."""

    client: shapes.FoundClient
    state: shapes.Eligibility | None
    pending: shapes.LinkRequest | None = None


def _add(router: APIRouter, entry: Entry) -> None:
    path = entry.path + CONNECT

    @router.get(path)
    async def show(visit: Bureau, sokning: str = "") -> Response:
        draft = visit.draft()
        if draft is not None and not draft.has("tenant_id"):
            return await _page(visit, entry, typed=draft.values)
        searched = _open(visit, sokning)
        return await _page(visit, entry, searched=searched, sent=draft)

    @router.post(path)
    async def search(form: Posted, visit: Bureau) -> Response:
        return await _search(visit, entry, form)

    @router.post(f"{path}/skicka")
    async def send(form: Posted, visit: Bureau) -> Response:
        return await _send(visit, entry, form)


router = APIRouter()
for _entry in ENTRIES:
    _add(router, _entry)


async def _search(visit: Visit, entry: Entry, form: Form) -> Response:
    """To the address of what was found, or the form again with what is wrong in it."""
    chosen = form.text("instead") or form.text("kind")
    kind = next((one for one in KINDS if one == chosen), None)
    if kind is None:
        return await _page(visit, entry, typed=form.values, errors={"kind": "find.kind.missing"})
    typed = {**form.values, "kind": kind}
    try:
        identifier = identifiers.read(kind, form.raw("identifier"))
    except NotAnIdentifier as wrong:
        errors = {"identifier": wrong.text}
        return await _page(visit, entry, typed=typed, errors=errors, instead=wrong.instead)
    sealed = _close(visit, {"kind": kind, "typed": identifier})
    # To the result: it may lie below the form on a small screen.
    return visit.to(entry.path + CONNECT, query={"sokning": sealed}, part="traffar")


def _close(visit: Visit, searched: dict[str, str]) -> str:
    return visit.portal.searches.close("search", visit.who.sub, searched)


def _open(visit: Visit, sealed: str) -> dict[str, str] | None:
    return visit.portal.searches.open("search", visit.who.sub, sealed, ("kind", "typed"))


async def _page(
    visit: Visit,
    entry: Entry,
    *,
    typed: dict[str, str] | None = None,
    searched: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    instead: Kind | None = None,
    sent: Form | None = None,
    send_errors: dict[str, str] | None = None,
    unsent: str | None = None,
    limited: int | None = None,
    spent: bool = False,
    status: int | None = None,
) -> Response:
    """errors: by field, of the search. sent, send_errors: what was written to a client, and what
    is wrong with it. unsent: the part that did not answer when it was sent. limited: seconds after
    which one may send again. spent: whether the form's key has sent something else before."""
    about: dict[str, Any] = {"found": None, "other": None, "excluded": False}
    # Most know the number; whoever has the other is told so when she types it.
    fields = {"kind": "org_number", "identifier": "", **(typed or {})}
    if searched is not None:
        kind: Kind = "org_number" if searched["kind"] == "org_number" else "tenant_id"
        fields = {"kind": kind, "identifier": searched["typed"]}
        about = await _found(visit, kind, searched["typed"])
    elif not (errors or typed):
        about["excluded"] = await _is_excluded(visit.calls)
    return visit.page(
        "connect.html",
        status or (422 if errors or send_errors else 200),
        entry=entry,
        fields=fields,
        errors=errors or {},
        instead=instead,
        sent=sent,
        key=sent.key if sent and not spent else new_key(),
        send_errors=send_errors or {},
        unsent=unsent,
        limited=limited,
        sealed=_close(visit, searched) if searched else "",
        **about,
    )


async def _is_excluded(call: Calls) -> bool:
    """Whether the bureau is told at once that this way is closed to it."""
    try:
        return not (await call(calls.SHOW_ELIGIBILITY)).eligible
    except GatewayError:
        return False


async def _found(visit: Visit, kind: Kind, identifier: str) -> dict[str, Any]:
    """found: the clients, or Unavailable. other: the kind that the identifier could be as well."""
    body = shapes.ClientSearch(
        tenant_id=identifier if kind == "tenant_id" else None,
        org_number=identifier if kind == "org_number" else None,
    )
    try:
        answer = await had(visit.calls(calls.SEARCH_CLIENTS, body))
    except Refused as refused:
        if refused.code == "BUREAU_EXCLUDED":
            return {"found": None, "other": None, "excluded": True}
        raise
    if isinstance(answer, Unavailable):
        return {"found": answer, "other": None, "excluded": False}
    found = await asyncio.gather(*(_with_state(visit, client) for client in answer.items))
    other = None if found else identifiers.other_reading(kind, identifier)
    return {"found": found, "other": other, "excluded": False}


async def _with_state(visit: Visit, client: shapes.FoundClient) -> Found:
    state = await eligibility(visit, client.tenant_id)
    if isinstance(state, Unavailable):
        return Found(client, None)
    if state.reason != "DUPLICATE_REQUEST":
        return Found(client, state)
    return Found(client, state, await pending(visit, client.tenant_id))


async def _send(visit: Visit, entry: Entry, form: Form) -> Response:
    """One click, one request: however often it is sent, the form's key makes it one (R20)."""
    tenant_id = form.text("tenant_id")
    searched = {"kind": "tenant_id", "typed": tenant_id}
    before = _open(visit, form.raw("sokning"))
    again: dict[str, Any] = {"searched": before or searched, "sent": form}
    if wrong := wrong_message(form):
        return await _page(visit, entry, **again, send_errors=wrong)
    try:
        body = shapes.NewRequest(
            tenant_id=tenant_id, entry_point=entry.name, message=form.text("message") or None
        )
        made = await visit.calls(calls.CREATE_REQUEST, body, key=form.key)
    except Unavailable as error:
        return await _page(visit, entry, **again, unsent=error.part, status=503)
    except Refused as refused:
        return await _not_sent(visit, entry, refused, tenant_id, again)
    sent = await _waits(visit.calls, str(made.id))
    return visit.to(
        f"{REQUESTS}/{made.id}", note="note.request_sent" if sent else "note.already_sent"
    )


async def _waits(call: Calls, request_id: str) -> bool:
    """Whether it waits for an answer; so, too, where that can't be told. A form that is sent again
    much later is answered as it was the first time, whatever has become of the request."""
    now = await had(call(calls.SHOW_REQUEST, request_id=request_id))
    return isinstance(now, Unavailable) or now.status == "pending"


async def _not_sent(
    visit: Visit, entry: Entry, refused: Refused, tenant_id: str, again: dict[str, Any]
) -> Response:
    """What stands in the way is told by the page of the search, which asks anew how it is."""
    if wrong := refused_message(refused):
        return await _page(visit, entry, **again, send_errors=wrong)
    if refused.code in ("DUPLICATE_REQUEST", "IDEMPOTENCY_KEY_REUSED"):
        waits = await pending(visit, tenant_id)
        if waits is not None:
            return visit.to(f"{REQUESTS}/{waits.id}", note="note.already_sent")
    if refused.code == "IDEMPOTENCY_KEY_REUSED":
        return await _page(
            visit, entry, **again, send_errors={"message": "message.sent_before"}, spent=True
        )
    if refused.code in ("ALREADY_LINKED", "NO_SYSTEM_ADMIN", "CLIENT_NOT_FOUND", "INVALID_INPUT"):
        return await _page(visit, entry, **again, status=refused.status)
    if refused.code == "BUREAU_EXCLUDED":
        return await _page(visit, entry, status=refused.status)
    if refused.code == "RATE_LIMITED":
        seconds = refused.retry_after or 60
        return await _page(visit, entry, **again, limited=seconds, status=refused.status)
    raise refused
