"""How it stands with a client now, and what its bureau may do: said on pages that tell of what was,
so that they state nothing that is no longer so."""

from dataclasses import dataclass
from typing import Literal

from portal.gateway import operations as calls
from portal.gateway.refusals import Unavailable
from portal.gateway.shapes import Eligibility, LinkRequest
from portal.parts import had, listed
from portal.visit import Visit

Linked = Literal["waiting", "activated", "ended", "unknown"]
"""waiting: in the activation list, or on its way there."""
Next = Literal["ask", "pending", "excluded", "no_admin", "gone", "unknown"]
_NEXT: dict[str, Next] = {
    "DUPLICATE_REQUEST": "pending",
    "NO_SYSTEM_ADMIN": "no_admin",
    "CLIENT_NOT_FOUND": "gone",
}


@dataclass(frozen=True, slots=True)
class Now:
    """linked: None for a client that is not, and of which nobody said that it was. next: None
    where it is linked. pending: the request that waits, where it can be had."""

    linked: Linked | None
    next: Next | None = None
    pending: LinkRequest | None = None


async def of_client(visit: Visit, tenant_id: str, *, was_linked: bool) -> Now:
    """was_linked: it was told here that the client is, or was, linked to the bureau."""
    if was_linked:
        linked = await _linked(visit, tenant_id)
        if linked != "ended":
            return Now(linked)
    state = await eligibility(visit, tenant_id)
    if isinstance(state, Unavailable):
        return Now("ended" if was_linked else None, "unknown")
    if state.reason == "ALREADY_LINKED":
        return Now(await _linked(visit, tenant_id))
    following = "ask" if state.eligible else _NEXT.get(state.reason or "", "excluded")
    waits = await pending(visit, tenant_id) if following == "pending" else None
    return Now("ended" if was_linked else None, following, waits)


async def eligibility(visit: Visit, tenant_id: str) -> Eligibility | Unavailable:
    return await had(visit.calls(calls.SHOW_ELIGIBILITY, query={"tenant_id": tenant_id}))


async def pending(visit: Visit, tenant_id: str) -> LinkRequest | None:
    """The request that waits for an answer of this client."""
    asked = {**visit.own, "status": "pending", "tenant_id": tenant_id, "limit": 1}
    page = await had(visit.calls(calls.LIST_REQUESTS, query=asked))
    return None if isinstance(page, Unavailable) or not page.items else page.items[0]


async def _linked(visit: Visit, tenant_id: str) -> Linked:
    asked = {**visit.own, "tenant_id": tenant_id, "limit": 1}
    links = await had(visit.calls(calls.LIST_LINKS, query=asked))
    if isinstance(links, Unavailable) or not links.items:
        return "unknown"
    if links.items[0].status == "ended":
        return "ended"
    client = await had(listed(visit.calls(calls.SHOW_CLIENT, tenant_id=tenant_id)))
    if isinstance(client, Unavailable):
        return "unknown"
    return "waiting" if client is None else "activated"
