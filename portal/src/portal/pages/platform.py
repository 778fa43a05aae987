"""The platform's side, played, in a run for development: it takes the sign-in over (R41).

A platform does this with its own token and its own registers; here names come from our searches.
"""

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from portal import errors
from portal.gateway import operations as calls
from portal.gateway import shapes
from portal.gateway.client import Calls
from portal.gateway.refusals import GatewayError, Refused, Unavailable
from portal.guards import Anyone
from portal.settings import PLAYED_PLATFORM
from portal.sign_in.demo import Demo
from portal.visit import Visit

router = APIRouter()
_SUB = "demo-platform"
_TTL_S = 60
_REFUSED = {"SIGN_IN_SPENT": "spent", "NO_PERMISSION": "no_permission"}


@router.get(PLAYED_PLATFORM)
async def take_over(visit: Anyone, token: str = "") -> Response:
    """Lets somebody in once, by the hand-off in the address."""
    demo = visit.portal.demo
    if demo is None:
        raise HTTPException(404)
    if not token:
        return _not_let_in(visit, "nothing", 400)
    try:
        body = shapes.Redemption(token=token)
        handed = await _as(visit, demo, "platform")(calls.REDEEM_SIGN_IN, body)
    except Unavailable as error:
        return errors.page(visit, "unavailable", 503, back=visit.step, part=error.part)
    except Refused as refused:
        return _not_let_in(visit, _REFUSED.get(refused.code, "unknown"), refused.status)
    person = next((one for one in demo.people() if one.sub == handed.user_id), None)
    return visit.page(
        "platform.html",
        handed=handed,
        client=await _client(_as(visit, demo, "support_agent"), handed.tenant_id),
        person=person,
    )


def _as(visit: Visit, demo: Demo, role: str) -> Calls:
    return visit.portal.gateway.by(demo.token(_SUB, [role], ttl=_TTL_S))


async def _client(call: Calls, tenant_id: str) -> shapes.FoundClient | None:
    try:
        found = await call(calls.SEARCH_CLIENTS, shapes.ClientSearch(tenant_id=tenant_id))
    except GatewayError:
        return None
    return found.items[0] if found.items else None


def _not_let_in(visit: Visit, why: str, status: int) -> Response:
    """why: texts `platform.WHY.title` and `.body`."""
    return visit.page("platform_refused.html", status, why=why)
