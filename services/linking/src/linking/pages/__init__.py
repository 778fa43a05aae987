"""What people see who follow an emailed link: in Swedish or English, as HTML or JSON."""

from fastapi import FastAPI

from chassis.bursts import Bursts
from chassis.client_address import ClientAddresses
from chassis.database import Database
from chassis.outbox import Outbox
from contracts.link_token import LinkKeys
from linking.pages.answers import Desk
from linking.pages.headers import PageHeaders
from linking.pages.problem_pages import ProblemPages
from linking.pages.rendering import Pages
from linking.pages.routes import router


def install(
    app: FastAPI,
    database: Database,
    outbox: Outbox,
    keys: LinkKeys,
    addresses: ClientAddresses,
    attempts: Bursts,
    support_email: str | None,
) -> None:
    """Adds the pages below /l/, with their headers on whatever is answered there. attempts: how
    many each client address may make in a while. support_email: whom to ask, named on each page, if
    told."""
    desk = Desk(database, outbox, keys, addresses, attempts, Pages(support_email))
    app.include_router(router(desk))
    app.add_middleware(ProblemPages, support_email=support_email)
    app.add_middleware(PageHeaders)
