"""/docs and what is below it: the API's documents for people, from this origin alone.

What takes time to import or to make is imported and made at the first request.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from chassis.http import GuardedRoute, public
from chassis.problems import Refused
from contracts.problem_codes import Code
from koppla.api.committed import ASYNCAPI, HOME, read
from koppla.api.events_page import Field, Topic, headers, topics
from koppla.api.operations_page import parts
from koppla.api.rendering import AROUND_SWAGGER, ASSETS, page

_OWN = Path(__file__).with_name("static")
_OURS = {"swagger.js": "text/javascript"}
_SWAGGERS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
_KEPT = {"Cache-Control": "max-age=3600"}


def router(apps: Sequence[FastAPI]) -> APIRouter:
    """apps: the services whose operations are described."""
    api = APIRouter(route_class=GuardedRoute, include_in_schema=False)

    @cache
    def openapi() -> bytes:
        from koppla.api.openapi import merged

        return bytes(JSONResponse(merged(apps)).body)

    @api.get("/openapi.json")
    @public
    async def show_openapi() -> Response:
        return Response(openapi(), media_type="application/json")

    @api.get("/asyncapi.json")
    @public
    async def show_asyncapi() -> FileResponse:
        return FileResponse(_found(HOME / ASYNCAPI), media_type="application/json")

    @api.get("/docs")
    @public
    async def show_swagger(request: Request) -> HTMLResponse:
        return page(request, "docs/swagger.html")

    @api.get("/docs/operations")
    @public
    async def show_operations(request: Request) -> HTMLResponse:
        return page(request, "docs/operations.html", parts=parts(json.loads(openapi())))

    @api.get("/docs/events")
    @public
    async def show_events(request: Request) -> HTMLResponse:
        return page(request, "docs/events.html", topics=_topics(), headers=_headers())

    @api.get("/docs/events/{topic}/{event}")
    @public
    async def show_event(topic: str, event: str, request: Request) -> HTMLResponse:
        for one in _topics():
            for message in one.messages:
                if (one.name, message.name) == (topic, event):
                    return page(request, "docs/event.html", topic=one, message=message)
        raise Refused(Code.NOT_FOUND)

    @api.get("/docs/{name}")
    @public
    async def show_file(name: str) -> FileResponse:
        if name in _OURS:
            return FileResponse(_OWN / name, headers=_KEPT, media_type=_OURS[name])
        if name in _SWAGGERS:
            return FileResponse(_swagger() / name, headers=_KEPT, media_type=_SWAGGERS[name])
        raise Refused(Code.NOT_FOUND)

    api.include_router(ASSETS.router())
    api.include_router(AROUND_SWAGGER.router())
    return api


def _document() -> Mapping[str, Any]:
    document = read(_found(HOME / ASYNCAPI))
    assert document is not None
    return document


@cache
def _topics() -> list[Topic]:
    return topics(_document())


@cache
def _headers() -> list[Field]:
    return headers(_document())


@cache
def _swagger() -> Path:
    """Swagger UI's files, which fastapi-offline carries; its own code is not needed."""
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("static")


def _found(file: Path) -> Path:
    """The file; NOT_FOUND where the documents did not come along."""
    if not file.exists():
        raise Refused(Code.NOT_FOUND)
    return file
