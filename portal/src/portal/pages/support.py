"""Kundtjänst: look up a client or a bureau, and what there is of it: links, requests, the trail.

As on Koppla klient, what was searched for stands in the address sealed.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from contracts.fields import IDENTIFIER, UUID_TEXT
from portal import forms, identifiers, trail
from portal.gateway import operations as calls
from portal.gateway import shapes
from portal.gateway.refusals import Refused
from portal.guards import Posted, Support
from portal.identifiers import KINDS, NotAnIdentifier
from portal.navigation import SUPPORT
from portal.pages.absent import tenant
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_SEARCH_TTL = timedelta(hours=12)
_LONGEST_QUERY = 200
PER_PAGE = 25
VIEWS = ("links", "requests", "trail")


@router.get(SUPPORT)
async def look_up(visit: Support, sokning: str = "") -> Response:
    draft = visit.draft()
    if draft is not None:
        return await _page(visit, draft.values)
    searched = visit.portal.searches.open(sokning, _SEARCH_TTL) if sokning else None
    return await _page(visit, searched, found=searched is not None)


@router.post(SUPPORT)
async def search(form: Posted, visit: Support) -> Response:
    kind = form.text("kind")
    try:
        identifier = _read(kind, form.raw("identifier"))
    except NotAnIdentifier as wrong:
        field = "identifier" if kind in (*KINDS, "bureau") else "kind"
        return await _page(visit, form.values, errors={field: wrong.text})
    sealed = visit.portal.searches.close({"kind": kind, "identifier": identifier})
    return visit.to(SUPPORT, query={"sokning": sealed}, part="traffar")


def _read(kind: str, typed: str) -> str:
    """What to search for. Raises NotAnIdentifier."""
    known = next((one for one in KINDS if one == kind), None)
    if known is not None:
        return identifiers.read(known, typed)
    if kind != "bureau":
        raise NotAnIdentifier("support.kind.missing")
    return read_bureau(typed)


def read_bureau(typed: str) -> str:
    """What a bureau is searched by. Raises NotAnIdentifier."""
    query = typed.strip()
    if not query:
        raise NotAnIdentifier("find.bureau.empty")
    if len(query) > _LONGEST_QUERY or forms.has_control_characters(query) or "\n" in query:
        raise NotAnIdentifier("find.bureau.wrong")
    return query


async def _page(
    visit: Visit,
    typed: dict[str, str] | None,
    *,
    errors: dict[str, str] | None = None,
    found: bool = False,
) -> Response:
    fields = {"kind": "", "identifier": "", **(typed or {})}
    clients: Any = None
    bureaus: Any = None
    if found and fields["kind"] == "bureau":
        body = shapes.BureauSearch(query=fields["identifier"])
        bureaus = await had(visit.calls(calls.SEARCH_BUREAUS, body))
    elif found:
        search_by = shapes.ClientSearch(**{fields["kind"]: fields["identifier"]})
        clients = await had(visit.calls(calls.SEARCH_CLIENTS, search_by))
    return visit.page(
        "support.html",
        422 if errors else 200,
        fields=fields,
        errors=errors or {},
        clients=clients,
        bureaus=bureaus,
    )


@router.get(f"{SUPPORT}/klienter/{{tenant_id}}")
async def show_client(
    visit: Support, tenant_id: str, visa: str = "links", fran: str = ""
) -> Response:
    found = await had(
        visit.calls(calls.SEARCH_CLIENTS, shapes.ClientSearch(tenant_id=tenant(tenant_id)))
    )
    about = {"client": found, "bureau": None, "tenant_id": tenant_id, "bureau_id": None}
    return await _party(visit, about, {"tenant_id": tenant_id}, visa, fran)


@router.get(f"{SUPPORT}/byraer/{{bureau_id}}")
async def show_bureau(
    visit: Support, bureau_id: str, visa: str = "links", fran: str = ""
) -> Response:
    if not IDENTIFIER.fullmatch(bureau_id):
        raise HTTPException(404)
    found = await had(visit.calls(calls.SEARCH_BUREAUS, shapes.BureauSearch(query=bureau_id)))
    about = {"client": None, "bureau": found, "tenant_id": None, "bureau_id": bureau_id}
    return await _party(visit, about, {"bureau_id": bureau_id}, visa, fran)


async def _party(
    visit: Visit, about: dict[str, Any], whose: dict[str, str], visa: str, fran: str
) -> Response:
    """A client's or a bureau's page. whose: the query that all of its lists are asked by."""
    view = visa if visa in VIEWS else VIEWS[0]
    lists: Any = {
        "links": calls.LIST_LINKS,
        "requests": calls.LIST_REQUESTS,
        "trail": calls.READ_AUDIT_TRAIL,
    }
    path = visit.request.url.path
    try:
        asked = {**whose, "limit": PER_PAGE, "cursor": fran}
        found = await had(visit.calls(lists[view], query=asked))
    except Refused as refused:
        if "cursor" in refused.fields and fran:
            return visit.to(path, query={"visa": view})
        raise
    return visit.page(
        "support_party.html",
        view=view,
        found=found,
        trail=trail,
        tabs=[(one, f"{path}?{urlencode({'visa': one})}") for one in VIEWS],
        first=f"{path}?{urlencode({'visa': view})}" if fran else None,
        following=lambda cursor: f"{path}?{urlencode({'visa': view, 'fran': cursor})}",
        **about,
    )


@router.get(f"{SUPPORT}/forfragningar/{{request_id}}")
async def show_request(visit: Support, request_id: str) -> Response:
    if not UUID_TEXT.fullmatch(request_id):
        raise HTTPException(404)
    request = await visit.calls(calls.SHOW_REQUEST, request_id=request_id)
    time_line = await had(visit.calls(calls.SHOW_TIME_LINE, request_id=request_id))
    return visit.page("support_request.html", request=request, time_line=time_line)
