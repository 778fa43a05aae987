"""Klienthanteraren and Digital Byrå: client list, activation list, and the way to link another.

Both show the same (R9, R46); a request records from which it came.
"""

import asyncio
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from contracts.fields import TENANT_ID, Program
from portal import forms
from portal.gateway import operations as calls
from portal.gateway import shapes
from portal.gateway.client import Calls
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.guards import Bureau, Posted
from portal.navigation import ENTRIES, Entry
from portal.parts import had
from portal.visit import Visit

log = structlog.get_logger(__name__)
_LONGEST_QUERY = 200
PER_PAGE = 50
_FIRST_WAITING = 5


def _add(router: APIRouter, entry: Entry) -> None:
    @router.get(entry.path)
    async def show(visit: Bureau, sok: str = "", fran: str = "") -> Response:
        return await _show(visit, entry, sok, fran)

    @router.get(f"{entry.path}/att-aktivera")
    async def show_waiting(visit: Bureau, sok: str = "", fran: str = "") -> Response:
        return await _show_waiting(visit, entry, sok, fran)

    @router.post(f"{entry.path}/logga-in")
    async def sign_in(form: Posted, visit: Bureau) -> Response:
        """Into the client's company (R44). A POST, since it makes a sign-in: nothing that follows
        links ahead of a person should."""
        return await into_client(visit, form.text("tenant_id"), entry.path)


router = APIRouter()
for _entry in ENTRIES:
    _add(router, _entry)


async def _show(visit: Visit, entry: Entry, sok: str, fran: str) -> Response:
    """sok: what is searched for. fran: the cursor of a later page."""
    query = forms.one_line(sok)
    wrong = _wrong(query)
    call = visit.calls
    try:
        clients, waiting, may_link = await asyncio.gather(
            had(_clients(call, "" if wrong else query, fran)),
            had(call(calls.SHOW_ACTIVATION_LIST, query={"limit": _FIRST_WAITING})),
            may_use_digital_route(call),
        )
    except Refused as refused:
        if "cursor" in refused.fields and fran:
            return visit.to(entry.path, query={"sok": query} if query else None)
        raise
    return visit.page(
        "entry.html",
        entry=entry,
        query=forms.shown(sok),
        wrong=wrong,
        clients=clients,
        waiting=waiting,
        may_link=may_link,
        first=entry.path + _query(sok=query) if fran else None,
        following=entry.path + _query(sok=query, fran=_next(clients)) if _next(clients) else None,
    )


async def _show_waiting(visit: Visit, entry: Entry, sok: str, fran: str) -> Response:
    """sok: what is searched for. fran: the cursor of a later page."""
    path = f"{entry.path}/att-aktivera"
    query = forms.one_line(sok)
    wrong = _wrong(query)
    asked = {"query": "" if wrong else query, "limit": PER_PAGE, "cursor": fran}
    try:
        found = await visit.calls(calls.SHOW_ACTIVATION_LIST, query=asked)
    except Refused as refused:
        if "cursor" in refused.fields and fran:
            return visit.to(path, query={"sok": query} if query else None)
        raise
    return visit.page(
        "waiting.html",
        entry=entry,
        path=path,
        query=forms.shown(sok),
        wrong=wrong,
        waiting=found,
        first=path + _query(sok=query) if fran else None,
        following=path + _query(sok=query, fran=found.next_cursor) if found.next_cursor else None,
    )


def _next(clients: shapes.Clients | Unavailable) -> str:
    return "" if isinstance(clients, Unavailable) else clients.next_cursor or ""


def _query(**fields: str) -> str:
    given = {name: value for name, value in fields.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _wrong(query: str) -> str | None:
    """Why this can't be searched for, as a key of the catalogue."""
    if len(query) > _LONGEST_QUERY:
        return "clients.search.too_long"
    return "clients.search.control" if forms.has_control_characters(query) else None


async def _clients(call: Calls, query: str, cursor: str) -> shapes.Clients:
    return await call(
        calls.LIST_CLIENTS, query={"query": query, "limit": PER_PAGE, "cursor": cursor}
    )


async def may_use_digital_route(call: Calls) -> bool | Unavailable:
    """Whether the bureau may (R11, R12); Unavailable where that can't be told."""
    try:
        return (await call(calls.SHOW_ELIGIBILITY)).eligible
    except GatewayError as error:
        log.warning("eligibility_unknown", error=str(error))
        return Unavailable(calls.SHOW_ELIGIBILITY.part, str(error))


async def into_client(
    visit: Visit, tenant_id: str, back: str, program: Program | None = None
) -> Response:
    """To the platform, or back with why not. program: the one to open there."""
    if not TENANT_ID.fullmatch(tenant_id):
        return visit.to(back, note="note.not_in_list")
    try:
        handed = await visit.calls(
            calls.SIGN_IN, shapes.SignIn(program=program), tenant_id=tenant_id
        )
    except Refused as refused:
        if refused.code == "NO_PERMISSION":
            return visit.to(back, note="note.no_program" if program else "note.no_permission")
        if refused.code == "CLIENT_NOT_FOUND":
            return visit.to(back, note="note.not_in_list")
        raise
    return RedirectResponse(handed.url, 303, headers={"Referrer-Policy": "no-referrer"})
