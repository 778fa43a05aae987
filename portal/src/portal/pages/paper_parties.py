"""The two that a paper form is about: found by what it says, chosen where several are found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from portal import identifiers
from portal.gateway import operations as calls
from portal.gateway.client import Calls
from portal.gateway.refusals import Refused
from portal.gateway.shapes import ClientSearch, FoundClient
from portal.gateway.support_shapes import BureauSearch, FoundBureau
from portal.identifiers import KINDS, NotAnIdentifier
from portal.pages.support import read_bureau

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parties:
    """bureau, client: the ones meant; None where errors says why not. bureaus, clients: those to
    choose among."""

    bureau: FoundBureau | None = None
    client: FoundClient | None = None
    bureaus: list[FoundBureau] = field(default_factory=list)
    clients: list[FoundClient] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


async def parties(call: Calls, typed: Mapping[str, str]) -> Parties:
    """typed: fields of the form. Raises Unavailable, and Refused for who searches too often."""
    errors: dict[str, str] = {}
    bureaus: list[FoundBureau] = []
    clients: list[FoundClient] = []
    try:
        body = BureauSearch(query=read_bureau(typed["bureau"]))
        bureaus = (await call(calls.SEARCH_BUREAUS, body)).items
    except NotAnIdentifier as wrong:
        errors["bureau"] = wrong.text
    except Refused as refused:
        errors["bureau"] = _named(refused, "find.bureau.wrong")
    else:
        if not bureaus:
            errors["bureau"] = "find.bureau.none"
    try:
        clients = await _clients(call, typed)
    except Refused as refused:
        errors["identifier"] = _named(refused, f"find.{typed['kind']}.wrong")
    except NotAnIdentifier as wrong:
        errors["identifier" if typed["kind"] in KINDS else "kind"] = wrong.text
    bureau = _meant(bureaus, lambda one: one.bureau_id, typed["bureau_id"])
    client = _meant(clients, lambda one: one.tenant_id, typed["tenant_id"])
    if bureaus and bureau is None:
        errors["bureau_id"] = "paper.bureau.choose"
    if clients and client is None:
        errors["tenant_id"] = "paper.client.choose"
    return Parties(bureau, client, bureaus, clients, errors)


async def _clients(call: Calls, typed: Mapping[str, str]) -> list[FoundClient]:
    kind = next((one for one in KINDS if one == typed["kind"]), None)
    if kind is None:
        raise NotAnIdentifier("find.kind.missing")
    found = identifiers.read(kind, typed["identifier"])
    body = ClientSearch(
        tenant_id=found if kind == "tenant_id" else None,
        org_number=found if kind == "org_number" else None,
    )
    clients = (await call(calls.SEARCH_CLIENTS, body)).items
    if not clients:
        raise NotAnIdentifier(f"find.none.{kind}")
    return clients


def _named(refused: Refused, text: str) -> str:
    """What is said at its field, of what only the API knows. Raises any other refusal."""
    if refused.code not in ("INVALID_INPUT", "ORG_NUMBER_INVALID"):
        raise refused
    return text


def _meant(found: list[T], ident: Callable[[T], str], chosen: str) -> T | None:
    """The only one, or the one chosen."""
    if len(found) == 1:
        return found[0]
    return next((one for one in found if ident(one) == chosen), None)
