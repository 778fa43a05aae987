"""Aktivera: who may do what at a client that has just been linked, and into the client list."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.fields import PROGRAMS
from portal import matrix
from portal.gateway import operations as calls
from portal.gateway.refusals import Refused, Unavailable
from portal.gateway.shapes import Activation, Consultant, LinkedClient
from portal.guards import Bureau, BureauAdmin, Posted
from portal.navigation import home
from portal.pages.absent import instead, tenant
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_PATH = "/aktivera/{tenant_id}"


@router.get(_PATH)
async def show(visit: Bureau, tenant_id: str) -> Response:
    client = await _waiting(visit, tenant(tenant_id))
    if client is None:
        return await instead(visit, tenant_id, activated="note.activated_before")
    consultants = await _consultants(visit)
    if not visit.who.is_bureau_admin:
        admins = [one.name for one in consultants if one.role == "bureau_admin"]
        return visit.page("activate_who.html", client=client, admins=admins)
    draft = visit.draft()
    cells = matrix.read(draft, consultants).cells if draft else {}
    return _page(visit, client, consultants, cells)


@router.post(_PATH)
async def activate(form: Posted, visit: BureauAdmin, tenant_id: str) -> Response:
    """Fills in presets and shows the table again, or activates (R38, R39)."""
    client = await _waiting(visit, tenant(tenant_id))
    if client is None:
        return await instead(visit, tenant_id, activated="note.activated_before")
    consultants = await _consultants(visit)
    chosen = matrix.read(form, consultants)
    if chosen.is_wrong or chosen.gone:
        wrong = "wrong" if chosen.is_wrong else "gone"
        return _page(visit, client, consultants, chosen.cells, wrong=wrong, status=422)
    if chosen.had_preset or form.has("fyll"):
        # A preset that nobody has seen filled in must not give away anything.
        filled = "filled" if chosen.had_preset else "nothing_to_fill"
        return _page(visit, client, consultants, chosen.cells, filled=filled)
    if not chosen.cells and not form.has("utan"):
        return _page(visit, client, consultants, chosen.cells, nothing=True)
    return await _activate(visit, client, consultants, chosen.cells)


async def _activate(
    visit: Visit, client: LinkedClient, consultants: list[Consultant], cells: matrix.Cells
) -> Response:
    body = Activation(grants=matrix.grants(cells, consultants))
    try:
        done = await visit.calls(calls.ACTIVATE_CLIENT, body, tenant_id=client.tenant_id)
    except Unavailable as error:
        return _page(visit, client, consultants, cells, unsent=error.part, status=503)
    except Refused as refused:
        if refused.code == "NOT_LINKED":
            return await instead(visit, client.tenant_id, activated="note.activated_before")
        if refused.code == "INVALID_INPUT":
            return _page(visit, client, await _consultants(visit), cells, wrong="gone", status=422)
        raise
    if not await _is_as_chosen(visit, done.tenant_id, cells):
        # A colleague was faster; the API leaves what she chose as it is.
        return visit.to(f"/klienter/{client.tenant_id}", note="note.activated_before")
    return visit.to(home(visit.who), note="note.activated")


async def _is_as_chosen(visit: Visit, tenant_id: str, cells: matrix.Cells) -> bool:
    """Whether what the client has now is what this form chose; so, too, where it can't be told."""
    now = await had(visit.calls(calls.LIST_PERMISSIONS, tenant_id=tenant_id))
    return isinstance(now, Unavailable) or matrix.of_access(now.items) == cells


async def _waiting(visit: Visit, tenant_id: str) -> LinkedClient | None:
    """The client in the activation list."""
    found = await visit.calls(calls.SHOW_ACTIVATION_LIST)
    return next((one for one in found.items if one.tenant_id == tenant_id), None)


async def _consultants(visit: Visit) -> list[Consultant]:
    return (await visit.calls(calls.LIST_CONSULTANTS)).items


def _page(
    visit: Visit,
    client: LinkedClient,
    consultants: list[Consultant],
    cells: matrix.Cells,
    *,
    wrong: str | None = None,
    filled: str | None = None,
    nothing: bool = False,
    unsent: str | None = None,
    status: int = 200,
) -> Response:
    """wrong: what of the form can't be. filled: whether presets were filled in. nothing: that
    nobody was chosen. unsent: the part that did not answer."""
    return visit.page(
        "activate.html",
        status,
        client=client,
        consultants=consultants,
        programs=PROGRAMS,
        cells=cells,
        wrong=wrong,
        filled=filled,
        nothing=nothing,
        unsent=unsent,
    )
