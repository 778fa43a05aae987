"""What is shown in the place of a client that is not where somebody looks for it."""

from fastapi import HTTPException
from starlette.responses import Response

from contracts.fields import TENANT_ID
from portal.gateway import operations as calls
from portal.gateway.shapes import ActivatedClient, LinkedClient
from portal.pages.now import of_client
from portal.parts import listed
from portal.visit import Visit


def tenant(tenant_id: str) -> str:
    """The database id of an address; a page that says that there is none where it can't be one."""
    if not TENANT_ID.fullmatch(tenant_id):
        raise HTTPException(404)
    return tenant_id


async def activated(visit: Visit, tenant_id: str) -> ActivatedClient | None:
    """The client of the client list; None where it is not (or no longer, or not yet) in it."""
    return await listed(visit.calls(calls.SHOW_CLIENT, tenant_id=tenant(tenant_id)))


async def waiting(visit: Visit, tenant_id: str) -> LinkedClient | None:
    """The client of the activation list; None where it is not in it."""
    return await listed(visit.calls(calls.SHOW_LINKED_CLIENT, tenant_id=tenant_id))


async def no_longer(visit: Visit, tenant_id: str) -> Response:
    """For a client that is neither in the client list nor in the activation list."""
    found = await visit.calls(
        calls.LIST_LINKS, query={**visit.own, "tenant_id": tenant_id, "limit": 1}
    )
    if not found.items:
        raise HTTPException(404)
    link = found.items[0]
    if link.status == "active":
        # Just on its way from one list to the other.
        return visit.page("absent.html", link=link)
    now = await of_client(visit, tenant_id, was_linked=True)
    return visit.page("absent.html", 410, link=link, now=now)
