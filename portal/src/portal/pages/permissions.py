"""Behörigheter: what each consultant may do at a client of the list, changed by a bureau admin."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from contracts.fields import PROGRAMS
from portal import matrix, matrix_part
from portal.forms import Form
from portal.gateway import operations as calls
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.gateway.shapes import ActivatedClient, ConsultantAccess, Permissions
from portal.guards import BureauAdmin, Posted
from portal.pages.absent import activated, no_longer, tenant
from portal.pages.client import PATH
from portal.visit import Visit

router = APIRouter()
_PATH = f"{PATH}/behorigheter"
_SEEN = "sett"
"""The field that holds what the page showed, so that nothing a colleague changed meanwhile is
undone unnoticed."""


_OF_THE_CALLER = ("FORBIDDEN", "RATE_LIMITED")


@dataclass(frozen=True, slots=True)
class Partly:
    """away: the part that did not answer, None where it refused. saved, left: names of whose rows
    were changed and are saved, and are not. is_sure: whether the latter is known."""

    away: str | None
    saved: Sequence[str]
    left: Sequence[str]
    is_sure: bool


@router.get(_PATH)
async def show(visit: BureauAdmin, tenant_id: str) -> Response:
    client = await activated(visit, tenant_id)
    if client is None:
        return await no_longer(visit, tenant_id)
    now = await _now(visit, tenant_id)
    draft = visit.draft()
    if draft is None:
        current = matrix.of_access(now)
        return _page(visit, client, now, current, current, None)
    chosen, seen = matrix.read(draft, now), matrix.unpacked(draft.raw(_SEEN), now)
    return _page(
        visit, client, now, chosen.cells, seen, draft, wrong="gone" if chosen.gone else None
    )


@router.post(_PATH)
async def save(form: Posted, visit: BureauAdmin, tenant_id: str) -> Response:
    """Fills in presets or turns to another part and shows the table again, or saves the rows that
    were changed (R39)."""
    client = await activated(visit, tenant(tenant_id))
    if client is None:
        return await no_longer(visit, tenant_id)
    now = await _now(visit, tenant_id)
    chosen, seen = matrix.read(form, now), matrix.unpacked(form.raw(_SEEN), now)
    if chosen.is_wrong or chosen.gone:
        wrong = "wrong" if chosen.is_wrong else "gone"
        return _page(visit, client, now, chosen.cells, seen, form, wrong=wrong, status=422)
    if chosen.had_preset or form.has("fyll"):
        filled = "filled" if chosen.had_preset else "nothing_to_fill"
        return _page(visit, client, now, chosen.cells, seen, form, filled=filled)
    if matrix_part.is_asked_for(form):
        return _page(visit, client, now, chosen.cells, seen, form)
    current = matrix.of_access(now)
    changed = [one for one in now if _differs(one, chosen.cells, seen, current)]
    theirs = [one for one in changed if _differs(one, current, seen)]
    if theirs:
        # Shown as a colleague made it in those rows, and as chosen in all others.
        cells = _with_rows(chosen.cells, current, [one.consultant_id for one in theirs])
        return _page(visit, client, now, cells, current, form, theirs=theirs, status=409)
    return await _save(visit, client, now, chosen.cells, seen, form, changed)


async def _save(
    visit: Visit,
    client: ActivatedClient,
    now: Sequence[ConsultantAccess],
    cells: matrix.Cells,
    seen: matrix.Cells,
    form: Form,
    changed: Sequence[ConsultantAccess],
) -> Response:
    done: list[str] = []
    try:
        for one in changed:
            await visit.calls(
                calls.REPLACE_PERMISSIONS,
                Permissions(permissions=matrix.row(cells, one.consultant_id)),
                tenant_id=client.tenant_id,
                consultant_id=one.consultant_id,
            )
            done.append(one.consultant_id)
    except GatewayError as error:
        if isinstance(error, Refused) and error.code == "UNAUTHENTICATED":
            # What was chosen is there after the sign-in; rows that are saved are then no change.
            raise
        if isinstance(error, Refused) and error.code in _OF_THE_CALLER and not done:
            # Nothing is saved, nor would it be by pressing again.
            raise
        return await _partly(visit, client, now, cells, seen, form, changed, done, error)
    return _saved(visit, client, changed)


def _saved(
    visit: Visit, client: ActivatedClient, changed: Sequence[ConsultantAccess]
) -> RedirectResponse:
    note = "note.permissions_saved" if changed else "note.permissions_same"
    return visit.to(f"/klienter/{client.tenant_id}", note=note)


async def _partly(
    visit: Visit,
    client: ActivatedClient,
    before: Sequence[ConsultantAccess],
    cells: matrix.Cells,
    seen: matrix.Cells,
    form: Form,
    changed: Sequence[ConsultantAccess],
    done: Sequence[str],
    error: GatewayError,
) -> Response:
    """Stopped among the rows: by what stands now it says which are saved; where that can't be had,
    by what was answered."""
    now: Sequence[ConsultantAccess] | None = None
    # Both may be as far away as what was to be saved.
    with suppress(GatewayError):
        if await activated(visit, client.tenant_id) is None:
            return await no_longer(visit, client.tenant_id)
        now = await _now(visit, client.tenant_id)
    if now is not None:
        current = matrix.of_access(now)
        done = [one.consultant_id for one in changed if not _differs(one, cells, current)]
        cells = matrix.read(form, now).cells
    left = [one for one in changed if one.consultant_id not in done]
    if not left:
        return _saved(visit, client, changed)
    partly = Partly(
        away=error.part if isinstance(error, Unavailable) else None,
        saved=[one.name for one in changed if one.consultant_id in done],
        left=[one.name for one in left],
        is_sure=now is not None,
    )
    status = 503 if partly.away else 409
    rows = before if now is None else now
    return _page(visit, client, rows, cells, seen, form, partly=partly, status=status)


def _differs(one: ConsultantAccess, cells: matrix.Cells, *others: matrix.Cells) -> bool:
    """Whether one's row is another in `cells` than in each of the others."""
    mine = matrix.row(cells, one.consultant_id)
    return all(mine != matrix.row(other, one.consultant_id) for other in others)


def _with_rows(cells: matrix.Cells, other: matrix.Cells, ids: Sequence[str]) -> matrix.Cells:
    """`cells` with the rows of these consultants as in `other`."""
    kept = {field: value for field, value in cells.items() if matrix.consultant(field) not in ids}
    return kept | {
        field: value for field, value in other.items() if matrix.consultant(field) in ids
    }


async def _now(visit: Visit, tenant_id: str) -> list[ConsultantAccess]:
    return (await visit.calls(calls.LIST_PERMISSIONS, tenant_id=tenant_id)).items


def _page(
    visit: Visit,
    client: ActivatedClient,
    consultants: Sequence[ConsultantAccess],
    cells: matrix.Cells,
    seen: matrix.Cells,
    form: Form | None,
    *,
    wrong: str | None = None,
    filled: str | None = None,
    theirs: Sequence[ConsultantAccess] = (),
    partly: Partly | None = None,
    status: int = 200,
) -> Response:
    """form: what was sent, to show the same part of the table. wrong: what of it can't be.
    filled: whether presets were filled in. theirs: whose rows a colleague has changed meanwhile.
    partly: what came of it where not all rows could be saved."""
    return visit.page(
        "permissions.html",
        status,
        client=client,
        part=matrix_part.part(consultants, cells, form),
        programs=PROGRAMS,
        cells=cells,
        seen=matrix.packed(seen, consultants),
        wrong=wrong,
        filled=filled,
        theirs=[one.name for one in theirs],
        partly=partly,
    )
