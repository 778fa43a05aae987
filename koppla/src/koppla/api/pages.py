"""/docs and /docs/events: the API's documents for people, from this origin alone.

What takes time to import or to make is imported and made at the first request.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from chassis.http import GuardedRoute, public
from chassis.problems import Refused
from contracts.problem_codes import Code
from koppla.api.committed import ASYNCAPI, HOME, read
from koppla.api.rendering import ASSETS, HEADERS

_OWN = Path(__file__).with_name("static")
_OURS = {
    "swagger.js": "text/javascript",
    "style.css": "text/css",
    "page.css": "text/css",
}
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
    async def show_operations() -> HTMLResponse:
        return HTMLResponse((_OWN / "swagger.html").read_text("utf-8"), headers=HEADERS)

    @api.get("/docs/events")
    @public
    async def show_events() -> HTMLResponse:
        return HTMLResponse(_events(), headers=HEADERS)

    @api.get("/docs/{name}")
    @public
    async def show_file(name: str) -> FileResponse:
        if name in _OURS:
            return FileResponse(_OWN / name, headers=_KEPT, media_type=_OURS[name])
        if name in _SWAGGERS:
            return FileResponse(_swagger() / name, headers=_KEPT, media_type=_SWAGGERS[name])
        raise Refused(Code.NOT_FOUND)

    api.include_router(ASSETS.router())
    return api


@cache
def _events() -> str:
    from koppla.api.events_page import page

    document = read(_found(HOME / ASYNCAPI))
    assert document is not None
    return page(document)


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
