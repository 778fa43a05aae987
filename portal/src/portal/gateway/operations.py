"""Every call that the portal makes: method, path, shapes, and which part answers it.

`part` is what a person is told when it does not answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

from portal.gateway import shapes, support_shapes

A = TypeVar("A", bound=BaseModel)
Part = Literal["search", "requests", "clients"]


@dataclass(frozen=True, slots=True)
class Operation(Generic[A]):
    """query: the parameters that the portal gives. once: it takes an idempotency key."""

    method: Literal["GET", "POST", "PUT"]
    path: str
    answer: type[A]
    part: Part
    body: type[BaseModel] | None = None
    query: Sequence[str] = ()
    once: bool = False


SEARCH_CLIENTS = Operation(
    "POST", "/v1/client-searches", shapes.FoundClients, "search", shapes.ClientSearch
)
SHOW_ELIGIBILITY = Operation(
    "GET", "/v1/eligibility", shapes.Eligibility, "requests", query=("tenant_id",)
)
CREATE_REQUEST = Operation(
    "POST", "/v1/link-requests", shapes.LinkRequest, "requests", shapes.NewRequest, once=True
)
LIST_REQUESTS = Operation(
    "GET",
    "/v1/link-requests",
    shapes.LinkRequests,
    "requests",
    query=("status", "query", "sort", "tenant_id", "bureau_id", "limit", "cursor"),
)
SHOW_REQUEST = Operation("GET", "/v1/link-requests/{request_id}", shapes.LinkRequest, "requests")
SHOW_TIME_LINE = Operation(
    "GET", "/v1/link-requests/{request_id}/events", shapes.RequestEvents, "requests"
)
RESEND_REQUEST = Operation(
    "POST", "/v1/link-requests/{request_id}/resend", shapes.LinkRequest, "requests", once=True
)
CANCEL_REQUEST = Operation(
    "POST", "/v1/link-requests/{request_id}/cancel", shapes.LinkRequest, "requests"
)
LIST_LINKS = Operation(
    "GET",
    "/v1/links",
    shapes.Links,
    "requests",
    query=("status", "tenant_id", "bureau_id", "limit", "cursor"),
)
SHOW_LINK = Operation("GET", "/v1/links/{link_id}", shapes.Link, "requests")
END_LINK = Operation("POST", "/v1/links/{link_id}/end", shapes.Link, "requests", shapes.EndLink)
SHOW_ACTIVATION_LIST = Operation(
    "GET",
    "/v1/activation-list",
    shapes.ActivationList,
    "clients",
    query=("query", "limit", "cursor"),
)
SHOW_LINKED_CLIENT = Operation(
    "GET", "/v1/activation-list/{tenant_id}", shapes.LinkedClient, "clients"
)
ACTIVATE_CLIENT = Operation(
    "POST",
    "/v1/activation-list/{tenant_id}/activate",
    shapes.ActivatedClient,
    "clients",
    shapes.Activation,
)
LIST_CLIENTS = Operation(
    "GET", "/v1/clients", shapes.Clients, "clients", query=("query", "limit", "cursor")
)
SHOW_CLIENT = Operation("GET", "/v1/clients/{tenant_id}", shapes.ActivatedClient, "clients")
LIST_CONSULTANTS = Operation("GET", "/v1/consultants", shapes.Consultants, "clients")
LIST_PERMISSIONS = Operation(
    "GET", "/v1/clients/{tenant_id}/consultants", shapes.AccessList, "clients"
)
SHOW_PERMISSIONS = Operation(
    "GET",
    "/v1/clients/{tenant_id}/consultants/{consultant_id}",
    shapes.ConsultantAccess,
    "clients",
)
REPLACE_PERMISSIONS = Operation(
    "PUT",
    "/v1/clients/{tenant_id}/consultants/{consultant_id}",
    shapes.ConsultantAccess,
    "clients",
    shapes.Permissions,
)
SIGN_IN = Operation(
    "POST", "/v1/clients/{tenant_id}/sign-in", shapes.SignedIn, "clients", shapes.SignIn
)
REDEEM_SIGN_IN = Operation(
    "POST", "/v1/sign-ins/redeem", shapes.Redeemed, "clients", shapes.Redemption
)
SEARCH_BUREAUS = Operation(
    "POST",
    "/v1/bureau-searches",
    support_shapes.FoundBureaus,
    "requests",
    support_shapes.BureauSearch,
)
REGISTER_PAPER_FORM = Operation(
    "POST", "/v1/paper-forms", shapes.Link, "requests", support_shapes.PaperForm, once=True
)
READ_AUDIT_TRAIL = Operation(
    "GET",
    "/v1/audit",
    support_shapes.AuditTrail,
    "requests",
    query=("tenant_id", "bureau_id", "limit", "cursor"),
)
