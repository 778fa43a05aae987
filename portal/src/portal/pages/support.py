"""Kundtjänst: look up a client or a bureau.

As on Koppla klient, what was searched for stands in the address sealed.
"""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from portal import forms, identifiers
from portal.gateway import operations as calls
from portal.gateway import shapes, support_shapes
from portal.guards import Posted, Support
from portal.identifiers import KINDS, NotAnIdentifier
from portal.navigation import SUPPORT
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_LONGEST_QUERY = 200


@router.get(SUPPORT)
async def look_up(visit: Support, sokning: str = "") -> Response:
    draft = visit.draft()
    if draft is not None:
        return await _page(visit, draft.values)
    fields = ("kind", "identifier")
    searched = visit.portal.searches.open("lookup", visit.who.sub, sokning, fields)
    return await _page(visit, searched, found=searched is not None)


@router.post(SUPPORT)
async def search(form: Posted, visit: Support) -> Response:
    kind = form.text("kind")
    try:
        identifier = _read(kind, form.raw("identifier"))
    except NotAnIdentifier as wrong:
        field = "identifier" if kind in (*KINDS, "bureau") else "kind"
        return await _page(visit, form.values, errors={field: wrong.text})
    typed = {"kind": kind, "identifier": identifier}
    sealed = visit.portal.searches.close("lookup", visit.who.sub, typed)
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
    query = forms.one_line(typed)
    if not query:
        raise NotAnIdentifier("find.bureau.empty")
    if len(query) > _LONGEST_QUERY or forms.has_control_characters(query):
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
        body = support_shapes.BureauSearch(query=fields["identifier"])
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
