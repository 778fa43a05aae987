"""Aktivera: who may do what at a client that has just been linked, and into the client list."""

from fastapi import APIRouter
from starlette.responses import Response

from contracts.fields import PROGRAMS
from portal import matrix, matrix_part
from portal.forms import Form
from portal.gateway import operations as calls
from portal.gateway.refusals import Refused, Unavailable
from portal.gateway.shapes import Activation, Consultant, LinkedClient
from portal.guards import Bureau, BureauAdmin, Posted
from portal.navigation import home
from portal.pages.absent import activated, no_longer, tenant, waiting
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_PATH = "/aktivera/{tenant_id}"


@router.get(_PATH)
async def show(visit: Bureau, tenant_id: str) -> Response:
    client = await waiting(visit, tenant(tenant_id))
    if client is None and await activated(visit, tenant_id) is not None:
        return visit.to(f"/klienter/{tenant_id}", note="note.activated_already")
    if client is None:
        return await no_longer(visit, tenant_id)
    consultants = await _consultants(visit)
    if not visit.who.is_bureau_admin:
        admins = [one.name for one in consultants if one.role == "bureau_admin"]
        return visit.page("activate_who.html", client=client, admins=admins)
    draft = visit.draft()
    if draft is None:
        return _page(visit, client, consultants, {}, None)
    chosen = matrix.read(draft, consultants)
    return _page(
        visit, client, consultants, chosen.cells, draft, wrong="gone" if chosen.gone else None
    )


@router.post(_PATH)
async def activate(form: Posted, visit: BureauAdmin, tenant_id: str) -> Response:
    """Fills in presets or turns to another part and shows the table again, or activates (R38,
    R39)."""
    client = await waiting(visit, tenant(tenant_id))
    consultants = await _consultants(visit)
    chosen = matrix.read(form, consultants)
    if client is None:
        return await _before(visit, tenant_id, chosen.cells)
    if chosen.is_wrong or chosen.gone:
        wrong = "wrong" if chosen.is_wrong else "gone"
        return _page(visit, client, consultants, chosen.cells, form, wrong=wrong, status=422)
    if chosen.had_preset or form.has("fyll"):
        # A preset that nobody has seen filled in must not give away anything.
        filled = "filled" if chosen.had_preset else "nothing_to_fill"
        return _page(visit, client, consultants, chosen.cells, form, filled=filled)
    if matrix_part.is_asked_for(form):
        return _page(visit, client, consultants, chosen.cells, form)
    if not chosen.cells and not form.has("utan"):
        return _page(visit, client, consultants, chosen.cells, form, nothing=True)
    return await _activate(visit, client, consultants, chosen.cells, form)


async def _activate(
    visit: Visit,
    client: LinkedClient,
    consultants: list[Consultant],
    cells: matrix.Cells,
    form: Form,
) -> Response:
    body = Activation(grants=matrix.grants(cells, consultants))
    try:
        done = await visit.calls(calls.ACTIVATE_CLIENT, body, tenant_id=client.tenant_id)
    except Unavailable as error:
        return _page(visit, client, consultants, cells, form, unsent=error.part, status=503)
    except Refused as refused:
        if refused.code == "NOT_LINKED":
            return await no_longer(visit, client.tenant_id)
        if refused.code == "INVALID_INPUT":
            now = await _consultants(visit)
            return _page(visit, client, now, cells, form, wrong="gone", status=422)
        raise
    return await _as_it_is(visit, done.tenant_id, cells)


async def _before(visit: Visit, tenant_id: str, cells: matrix.Cells) -> Response:
    """The second click of two, or a colleague who was faster; or the link has ended."""
    if await activated(visit, tenant_id) is None:
        return await no_longer(visit, tenant_id)
    return await _as_it_is(visit, tenant_id, cells)


async def _as_it_is(visit: Visit, tenant_id: str, cells: matrix.Cells) -> Response:
    """The client is activated: by this form, or by a colleague's, which the API leaves as it is."""
    if await _is_as_chosen(visit, tenant_id, cells):
        return visit.to(home(visit.who), note="note.activated")
    return visit.to(f"/klienter/{tenant_id}", note="note.activated_before")


async def _is_as_chosen(visit: Visit, tenant_id: str, cells: matrix.Cells) -> bool:
    """Whether what the client has now is what this form chose; so, too, where it can't be told."""
    now = await had(visit.calls(calls.LIST_PERMISSIONS, tenant_id=tenant_id))
    return isinstance(now, Unavailable) or matrix.of_access(now.items) == cells


async def _consultants(visit: Visit) -> list[Consultant]:
    return (await visit.calls(calls.LIST_CONSULTANTS)).items


def _page(
    visit: Visit,
    client: LinkedClient,
    consultants: list[Consultant],
    cells: matrix.Cells,
    form: Form | None,
    *,
    wrong: str | None = None,
    filled: str | None = None,
    nothing: bool = False,
    unsent: str | None = None,
    status: int = 200,
) -> Response:
    """form: what was sent, to show the same part of the table. wrong: what of it can't be.
    filled: whether presets were filled in. nothing: that nobody was chosen. unsent: the part
    that did not answer."""
    return visit.page(
        "activate.html",
        status,
        client=client,
        part=matrix_part.part(consultants, cells, form),
        programs=PROGRAMS,
        cells=cells,
        wrong=wrong,
        filled=filled,
        nothing=nothing,
        unsent=unsent,
    )
