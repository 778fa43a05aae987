"""Activation list, client list, permissions and sign-in over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, StringConstraints

from activation import (
    activation_list,
    activations,
    api,
    client_list,
    directory,
    permissions,
    sign_ins,
)
from activation.sign_ins import HandOff
from chassis.database import Database
from chassis.http import Caller, GuardedRoute, allow, refuses
from chassis.outbox import Outbox
from contracts.fields import plain_text
from contracts.problem_codes import Code

Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(plain_text)]
Limit = Annotated[int, Query(ge=1, le=200)]


def router(database: Database, outbox: Outbox, hand_off: HandOff) -> APIRouter:
    all_routes = APIRouter(route_class=GuardedRoute)
    all_routes.include_router(_lists(database, outbox))
    all_routes.include_router(_permissions(database, outbox))
    all_routes.include_router(_sign_ins(database, hand_off))
    return all_routes


def _lists(database: Database, outbox: Outbox) -> APIRouter:
    routes = APIRouter(route_class=GuardedRoute, tags=["client list"])

    @routes.get("/v1/activation-list")
    @allow("bureau_admin", "consultant")
    async def show_activation_list(
        caller: Caller,
        query: Text = "",
        limit: Annotated[int | None, Query(ge=1, le=200)] = None,
        cursor: str | None = None,
    ) -> api.ActivationList:
        """Linked clients that nobody has activated (R36), in Swedish order, or those that match.

        All at once without `limit`; `total` counts them on all pages.
        """
        async with database.transaction() as session:
            found = await activation_list.page(session, caller, query, limit, cursor)
        items = [api.LinkedOut.of(*each) for each in found.clients]
        return api.ActivationList(items=items, total=found.total, next_cursor=found.next_cursor)

    @routes.get("/v1/activation-list/{tenant_id}")
    @allow("bureau_admin", "consultant")
    @refuses(Code.CLIENT_NOT_FOUND)
    async def show_linked_client(tenant_id: str, caller: Caller) -> api.LinkedOut:
        """One client of the activation list (R36)."""
        async with database.transaction() as session:
            found = await activation_list.show(session, caller, tenant_id)
        return api.LinkedOut.of(*found)

    @routes.post("/v1/activation-list/{tenant_id}/activate")
    @allow("bureau_admin")
    @refuses(Code.CLIENT_NOT_FOUND, Code.NOT_LINKED)
    async def activate_client(
        tenant_id: str, caller: Caller, body: api.Activation | None = None
    ) -> api.ActivatedClient:
        """Takes a client into the client list (R38, R40); repeating changes nothing."""
        grants = [each.grant for each in body.grants] if body else []
        async with database.transaction() as session:
            found = await activations.activate(session, outbox, caller, tenant_id, grants)
        return api.ActivatedClient.of_link(*found)

    @routes.get("/v1/clients")
    @allow("bureau_admin", "consultant")
    async def list_clients(
        caller: Caller, query: Text = "", limit: Limit = 50, cursor: str | None = None
    ) -> api.Clients:
        """All activated clients, in Swedish order, or those that match (R40, R42, R43)."""
        async with database.transaction() as session:
            found, following = await client_list.page(session, caller, query, limit, cursor)
        items = [api.ListedClient.of(listed) for listed in found]
        return api.Clients(items=items, next_cursor=following)

    @routes.get("/v1/clients/{tenant_id}")
    @allow("bureau_admin", "consultant")
    @refuses(Code.CLIENT_NOT_FOUND)
    async def show_client(tenant_id: str, caller: Caller) -> api.ActivatedClient:
        """One client of the client list (R37)."""
        async with database.transaction() as session:
            found = await client_list.show(session, caller, tenant_id)
        return api.ActivatedClient.of_link(*found)

    return routes


def _permissions(database: Database, outbox: Outbox) -> APIRouter:
    routes = APIRouter(route_class=GuardedRoute, tags=["permissions"])

    @routes.get("/v1/consultants")
    @allow("bureau_admin", "consultant")
    async def list_consultants(caller: Caller) -> api.Consultants:
        """The bureau's users of now."""
        async with database.transaction() as session:
            found = await directory.consultants(session, caller)
        return api.Consultants(items=[api.ConsultantOut.of(user) for user in found])

    @routes.get("/v1/clients/{tenant_id}/consultants")
    @allow("bureau_admin")
    @refuses(Code.CLIENT_NOT_FOUND)
    async def list_permissions(tenant_id: str, caller: Caller) -> api.AccessList:
        """Every consultant's permissions at one client."""
        async with database.transaction() as session:
            found = await permissions.of_client(session, caller, tenant_id)
        return api.AccessList(items=[api.AccessOut.of_access(access) for access in found])

    @routes.get("/v1/clients/{tenant_id}/consultants/{consultant_id}")
    @allow("bureau_admin", "consultant")
    @refuses(Code.CLIENT_NOT_FOUND)
    async def show_permissions(tenant_id: str, consultant_id: str, caller: Caller) -> api.AccessOut:
        """One consultant's permissions at one client; an admin may see all, others their own."""
        async with database.transaction() as session:
            found = await permissions.of_consultant(session, caller, tenant_id, consultant_id)
        return api.AccessOut.of_access(found)

    @routes.put("/v1/clients/{tenant_id}/consultants/{consultant_id}")
    @allow("bureau_admin")
    @refuses(Code.CLIENT_NOT_FOUND)
    async def replace_permissions(
        tenant_id: str, consultant_id: str, body: api.ConsultantPermissions, caller: Caller
    ) -> api.AccessOut:
        """Makes these all that the consultant may do at this client (R39)."""
        wanted = [each.permission for each in body.permissions]
        async with database.transaction() as session:
            found = await permissions.replace(
                session, outbox, caller, tenant_id, consultant_id, wanted
            )
        return api.AccessOut.of_access(found)

    return routes


def _sign_ins(database: Database, hand_off: HandOff) -> APIRouter:
    routes = APIRouter(route_class=GuardedRoute, tags=["sign-in"])

    @routes.post("/v1/clients/{tenant_id}/sign-in")
    @allow("bureau_admin", "consultant")
    @refuses(Code.CLIENT_NOT_FOUND, Code.NO_PERMISSION)
    async def sign_in(
        tenant_id: str, caller: Caller, answer: Response, body: api.SignInRequest | None = None
    ) -> api.SignInOut:
        """A way into this client's company, for a minute, once (R41)."""
        # The answer holds a token.
        answer.headers["Cache-Control"] = "no-store"
        program = body.program if body else None
        async with database.transaction() as session:
            url, until = await sign_ins.sign_in(session, hand_off, caller, tenant_id, program)
        return api.SignInOut(url=url, expires_at=until)

    @routes.post("/v1/sign-ins/redeem")
    @allow("platform")
    @refuses(Code.NOT_FOUND, Code.SIGN_IN_SPENT, Code.NO_PERMISSION)
    async def redeem_sign_in(body: api.Redemption) -> api.Redeemed:
        """The platform lets somebody in: who, where, to which programs. Works once."""
        async with database.transaction() as session:
            found = await sign_ins.redeem(session, hand_off.keys, body.token)
        return api.Redeemed.of(*found)

    return routes
