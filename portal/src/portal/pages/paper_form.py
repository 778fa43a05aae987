"""Registrera blankett: typed off, checked on a page of its own, then sent once (R4-R6).

What was typed travels sealed in the check page's address, so that reload and Back work and no name
lands in a log; its key travels along, so that however often it is sent, one link is made. The key
that is sent is made of it and of what is sent: once anything is changed, it is another form.
"""

import hashlib
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from portal import paper_form
from portal.forms import Form
from portal.gateway import operations as calls
from portal.gateway import support_shapes
from portal.gateway.refusals import Refused, Unavailable
from portal.guards import Posted, Support
from portal.navigation import SUPPORT
from portal.pages.paper_parties import Parties, parties
from portal.paper_form import FIELDS
from portal.parts import had
from portal.visit import Visit

router = APIRouter()
_FORM = f"{SUPPORT}/blankett"
_CHECK = f"{_FORM}/kontrollera"
Typed = dict[str, str]


@router.get(_FORM)
async def write(visit: Support, blankett: str = "", klient: str = "", byra: str = "") -> Response:
    """blankett: one to be changed. klient, byra: known already, from their pages."""
    draft = visit.draft()
    if draft is not None:
        return _page(visit, draft.values)
    kept = _open(visit, blankett)
    begun = {"bureau": byra, "identifier": klient, "kind": "tenant_id" if klient else ""}
    return _page(visit, kept or begun)


@router.post(_FORM)
async def check(form: Posted, visit: Support) -> Response:
    """To the page that shows it all once more, or the form with what is wrong in it."""
    typed = {field: form.line(field) for field in FIELDS}
    # Two cells in one are no number: that is for her to see.
    typed["identifier"] = form.text("identifier")
    wrong = paper_form.wrong(typed, paper_form.today())
    try:
        found = await parties(visit.calls, typed)
    except Unavailable as error:
        return _page(visit, form.values, wrong, unsent=error.part, status=503)
    if wrong or found.errors:
        return _page(visit, form.values, found.errors | wrong, found)
    if typed["signed"] == "no":
        return _page(visit, form.values, unsigned=True, status=422)
    assert found.bureau is not None
    assert found.client is not None
    known = {"bureau_id": found.bureau.bureau_id, "tenant_id": found.client.tenant_id}
    kept = {**typed, **known, "key": form.key}
    sealed = visit.portal.searches.close("paper-form", visit.who.sub, kept)
    return visit.to(_CHECK, query={"blankett": sealed})


@router.get(_CHECK)
async def show_check(visit: Support, blankett: str = "") -> Response:
    typed = _open(visit, blankett)
    if typed is None:
        return visit.to(_FORM, note="note.form_gone")
    return await _check_page(visit, typed, blankett)


@router.post(_CHECK)
async def register(form: Posted, visit: Support) -> Response:
    sealed = form.raw("blankett")
    typed = _open(visit, sealed)
    if typed is None:
        return visit.to(_FORM, note="note.form_gone")
    if form.text("confirm") != "yes":
        errors = {"confirm": "paper.confirm.missing"}
        return await _check_page(visit, typed, sealed, errors=errors, status=422)
    try:
        body = _body(typed)
        made = await visit.calls(calls.REGISTER_PAPER_FORM, body, key=_key(typed, body))
    except Unavailable as error:
        return await _check_page(visit, typed, sealed, unsent=error.part, status=503)
    except Refused as refused:
        return await _not_registered(visit, typed, sealed, refused)
    # A form that is sent again later is answered as it was the first time.
    now = await had(visit.calls(calls.SHOW_LINK, link_id=str(made.id)))
    is_ended = not isinstance(now, Unavailable) and now.status == "ended"
    note = "note.link_ended_before" if is_ended else "note.form_registered"
    return visit.to(f"{SUPPORT}/kopplingar/{made.id}", note=note)


async def _not_registered(visit: Visit, typed: Typed, sealed: str, refused: Refused) -> Response:
    """What stands in the way is told by the pages that asked for it."""
    if refused.code == "ALREADY_LINKED":
        return await _check_page(visit, typed, sealed, status=409)
    if refused.code == "INVALID_INPUT":
        told = {
            field: key
            for field, key in {
                "bureau_id": "find.bureau.none",
                "tenant_id": "find.none.tenant_id",
                "signed_on": "paper.signed_on.wrong",
                "signed_by": "text.address",
                "reference": "text.address",
            }.items()
            if field in refused.fields
        }
        shown = {"bureau_id": "bureau", "tenant_id": "identifier"}
        errors = {shown.get(field, field): key for field, key in told.items()}
        if errors:
            return _page(visit, typed, errors)
    raise refused


def _body(typed: Typed) -> support_shapes.PaperForm:
    signed_on = paper_form.day(typed["signed_on"])
    assert signed_on is not None  # checked before it was sealed
    return support_shapes.PaperForm.model_validate(
        {
            **{name: typed[name] for name in ("bureau_id", "tenant_id", "form_kind", "signed_by")},
            **{name: typed[name] for name in ("signatory_role", "reference")},
            "signed": True,
            "signed_on": signed_on,
        }
    )


def _key(typed: Typed, body: support_shapes.PaperForm) -> str:
    return hashlib.sha256(f"{typed['key']}\n{body.model_dump_json()}".encode()).hexdigest()


def _open(visit: Visit, sealed: str) -> Typed | None:
    return visit.portal.searches.open("paper-form", visit.who.sub, sealed, (*FIELDS, "key"))


def _page(
    visit: Visit,
    typed: Typed,
    errors: dict[str, str] | None = None,
    found: Parties | None = None,
    *,
    unsigned: bool = False,
    unsent: str | None = None,
    status: int | None = None,
) -> Response:
    """found: what there is to choose among. unsigned: it bears no signature. unsent: the part that
    did not answer."""
    return visit.page(
        "paper_form.html",
        status or (422 if errors else 200),
        fields={**dict.fromkeys(FIELDS, ""), **typed},
        errors=errors or {},
        bureaus=found.bureaus if found else [],
        clients=found.clients if found else [],
        unsigned=unsigned,
        unsent=unsent,
        key=Form(list(typed.items())).key,
    )


async def _check_page(
    visit: Visit,
    typed: Typed,
    sealed: str,
    *,
    errors: dict[str, str] | None = None,
    unsent: str | None = None,
    status: int = 200,
) -> Response:
    """Everything once more, with what stands in the way now."""
    found = await had(parties(visit.calls, typed))
    whose = {"tenant_id": typed["tenant_id"], "status": "active"}
    links = await had(visit.calls(calls.LIST_LINKS, query=whose))
    asked = {"tenant_id": typed["tenant_id"], "bureau_id": typed["bureau_id"]}
    pending = await had(
        visit.calls(calls.LIST_REQUESTS, query={**asked, "status": "pending", "limit": 1})
    )
    active: list[Any] = [] if isinstance(links, Unavailable) else links.items
    return visit.page(
        "paper_check.html",
        status,
        typed=typed,
        sealed=sealed,
        signed_on=paper_form.day(typed["signed_on"]),
        found=found,
        linked=next((one for one in active if one.bureau_id == typed["bureau_id"]), None),
        others=[one for one in active if one.bureau_id != typed["bureau_id"]],
        pending=[] if isinstance(pending, Unavailable) else pending.items,
        unknown=next((one for one in (links, pending) if isinstance(one, Unavailable)), None),
        errors=errors or {},
        unsent=unsent,
    )
