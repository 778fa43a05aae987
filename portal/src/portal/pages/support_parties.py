"""What customer service sees of a client or a bureau: links, requests, the trail; and a request."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from contracts.fields import IDENTIFIER, UUID_TEXT
from portal import trail
from portal.gateway import operations as calls
from portal.gateway import shapes, support_shapes
from portal.gateway.refusals import Refused, Unavailable
from portal.guards import Support
from portal.navigation import SUPPORT
from portal.pages.absent import tenant
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
PER_PAGE = 25
VIEWS = ("links", "requests", "trail")


@router.get(f"{SUPPORT}/klienter/{{tenant_id}}")
async def show_client(
    visit: Support, tenant_id: str, visa: str = "links", fran: str = ""
) -> Response:
    found = await _client(visit, tenant(tenant_id))
    about = {"client": found, "bureau": None, "tenant_id": tenant_id, "bureau_id": None}
    return await _party(visit, about, {"tenant_id": tenant_id}, visa, fran)


async def _client(visit: Visit, tenant_id: str) -> shapes.FoundClients | Unavailable:
    """Who searches too often for a while still sees the rest of the page."""
    try:
        body = shapes.ClientSearch(tenant_id=tenant_id)
        return await had(visit.calls(calls.SEARCH_CLIENTS, body))
    except Refused as refused:
        if refused.code == "RATE_LIMITED":
            return Unavailable(refused.part, refused.code)
        raise


@router.get(f"{SUPPORT}/byraer/{{bureau_id}}")
async def show_bureau(
    visit: Support, bureau_id: str, visa: str = "links", fran: str = ""
) -> Response:
    if not IDENTIFIER.fullmatch(bureau_id):
        raise HTTPException(404)
    found = await had(
        visit.calls(calls.SEARCH_BUREAUS, support_shapes.BureauSearch(query=bureau_id))
    )
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
