"""The pages, a module a group."""

from portal.pages import connect, entries, request, requests, start

ROUTERS = (start.router, entries.router, connect.router, requests.router, request.router)
