"""For whoever is signed in and has no page here."""

from fastapi import APIRouter
from starlette.responses import Response

from portal.guards import SignedIn
from portal.navigation import home

router = APIRouter()
_NONE = "/ingen-sida"


@router.get(_NONE)
async def no_page(visit: SignedIn) -> Response:
    """Her token names neither a bureau with a role in it nor customer service."""
    onwards = home(visit.who)
    return visit.to(onwards) if onwards != _NONE else visit.page("no_page.html")
