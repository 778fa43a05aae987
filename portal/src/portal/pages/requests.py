"""Skickade förfrågningar: the bureau's own requests, filtered, sorted, a page at a time."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from portal import forms
from portal.gateway import operations as calls
from portal.gateway.refusals import Refused
from portal.gateway.shapes import STATUSES
from portal.guards import Bureau
from portal.navigation import REQUESTS
from portal.parts import had

router = APIRouter()
PER_PAGE = 25
SORTS = {
    "newest": "-created_at",
    "oldest": "created_at",
    "ends_first": "expires_at",
    "ends_last": "-expires_at",
    "name": "client_name",
    "name_falling": "-client_name",
}
_FIRST = "newest"
_LONGEST_QUERY = 200


@router.get(REQUESTS)
async def show_requests(
    visit: Bureau, status: str = "", sok: str = "", ordning: str = _FIRST, fran: str = ""
) -> Response:
    """status: one of STATUSES, or empty for all. sok: part of a name, or a database id. ordning:
    one of SORTS. fran: the cursor of a later page. What is none of these counts as not given."""
    status = status if status in STATUSES else ""
    sort = ordning if ordning in SORTS else _FIRST
    query = forms.one_line(sok)
    wrong = None
    if len(query) > _LONGEST_QUERY:
        wrong = "requests.search.too_long"
    elif forms.has_control_characters(query):
        wrong = "requests.search.control"
    asked = {
        **visit.own,
        "status": status,
        "query": "" if wrong else query,
        "sort": SORTS[sort],
        "limit": PER_PAGE,
        "cursor": fran,
    }
    kept = {"status": status, "sok": query, "ordning": sort if sort != _FIRST else ""}
    try:
        found = await had(visit.calls(calls.LIST_REQUESTS, query=asked))
    except Refused as refused:
        if "cursor" in refused.fields and fran:
            return visit.to(REQUESTS, query=_given(kept))
        raise
    return visit.page(
        "requests.html",
        found=found,
        status_chosen=status,
        statuses=STATUSES,
        query=forms.shown(sok),
        wrong=wrong,
        sort=sort,
        sorts=list(SORTS),
        tabs=[(one, _address({**kept, "status": one})) for one in ("", *STATUSES)],
        first=_address(kept) if fran else None,
        following=lambda cursor: _address({**kept, "fran": cursor}),
        filtered=bool(status or query),
    )


def _given(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _address(fields: dict[str, str]) -> str:
    given = _given(fields)
    return REQUESTS + (f"?{urlencode(given)}" if given else "")
