"""Klient: one client of the client list: who may sign in there, how it came here, its history."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from contracts.fields import PROGRAMS
from portal import history, matrix
from portal.gateway import operations as calls
from portal.gateway import shapes
from portal.gateway.refusals import Unavailable
from portal.guards import Bureau, Posted
from portal.pages.absent import activated, no_longer, tenant, waiting
from portal.pages.entries import into_client
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
PATH = "/klienter/{tenant_id}"
_FIRST_GIVEN = 20
"""So many consultants with permissions are shown here; all of them where they are changed."""
_REQUESTS = 5
"""The newest requests whose events are told; there are rarely two."""


@router.get(PATH)
async def show(visit: Bureau, tenant_id: str) -> Response:
    client = await activated(visit, tenant_id)
    if client is None:
        return await _not_in_list(visit, tenant_id)
    asked = {**visit.own, "tenant_id": tenant_id}
    access, own, links, requests = await asyncio.gather(
        _access(visit, tenant_id),
        had(visit.calls(calls.SHOW_PERMISSIONS, tenant_id=tenant_id, consultant_id=visit.who.sub)),
        had(visit.calls(calls.LIST_LINKS, query=asked)),
        had(visit.calls(calls.LIST_REQUESTS, query={**asked, "limit": _REQUESTS})),
    )
    about: dict[str, Any] = {"client": client, "links": links, "requests": requests}
    return visit.page(
        "client.html",
        access=access,
        cells=_cells(access),
        own=own,
        own_cells=_cells(own),
        programs=PROGRAMS,
        first_given=_FIRST_GIVEN,
        events=await _events(visit, requests),
        history=history,
        **about,
    )


@router.post(f"{PATH}/logga-in")
async def sign_in(form: Posted, visit: Bureau, tenant_id: str) -> Response:
    """Into one program of the client's company (R45); into none in particular without a choice."""
    wanted = next((one for one in PROGRAMS if one == form.text("program")), None)
    return await into_client(visit, tenant(tenant_id), f"/klienter/{tenant_id}", wanted)


async def _access(visit: Visit, tenant_id: str) -> shapes.AccessList | Unavailable | None:
    """Everybody's, for an admin; None for anybody else."""
    if not visit.who.is_bureau_admin:
        return None
    return await had(visit.calls(calls.LIST_PERMISSIONS, tenant_id=tenant_id))


def _cells(
    access: shapes.AccessList | shapes.ConsultantAccess | Unavailable | None,
) -> matrix.Cells:
    if isinstance(access, shapes.AccessList):
        return matrix.of_access(access.items)
    return matrix.of_access([access]) if isinstance(access, shapes.ConsultantAccess) else {}


async def _events(
    visit: Visit, requests: shapes.LinkRequests | Unavailable
) -> list[shapes.RequestEvent]:
    """Of all of these requests, in order; without those that can't be had."""
    if isinstance(requests, Unavailable):
        return []
    asked = [
        had(visit.calls(calls.SHOW_TIME_LINE, request_id=str(one.id)))
        for one in reversed(requests.items)
    ]
    found = await asyncio.gather(*asked)
    return [event for one in found if not isinstance(one, Unavailable) for event in one.items]


async def _not_in_list(visit: Visit, tenant_id: str) -> Response:
    if await waiting(visit, tenant_id) is not None:
        return visit.to(f"/aktivera/{tenant_id}")
    return await no_longer(visit, tenant_id)
