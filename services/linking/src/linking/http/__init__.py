"""Linking's API: for bureaus, for support, for operators."""

from fastapi import APIRouter

from chassis.client_address import ClientAddresses
from chassis.database import Database
from chassis.http import GuardedRoute
from chassis.idempotency import IdempotencyKeys
from chassis.outbox import Outbox
from linking.http import bureau, links, mending, ops, support
from linking.http.origin import Origins
from linking.service.asking import Terms


def router(
    database: Database,
    outbox: Outbox,
    keys: IdempotencyKeys,
    terms: Terms,
    addresses: ClientAddresses,
) -> APIRouter:
    api = APIRouter(route_class=GuardedRoute, prefix="/v1")
    origins = Origins(addresses)
    bureau.add(api, database, outbox, keys, terms, origins)
    links.add(api, database, outbox, origins)
    support.add(api, database, outbox, keys, origins)
    ops.add(api, database, outbox, origins)
    mending.add(api, database, outbox, origins)
    return api
