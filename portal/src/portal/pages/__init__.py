"""The pages, a module a group."""

from portal.pages import (
    activate,
    client,
    connect,
    ending,
    entries,
    paper_form,
    permissions,
    platform,
    request,
    requests,
    start,
    support,
    support_parties,
)

ROUTERS = (
    start.router,
    entries.router,
    connect.router,
    requests.router,
    request.router,
    activate.router,
    client.router,
    permissions.router,
    ending.router,
    support.router,
    support_parties.router,
    paper_form.router,
    platform.router,
)
