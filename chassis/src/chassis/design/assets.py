"""The files that a page needs, each under an address that changes with its content."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.http import public
from chassis.problems import Refused
from contracts.problem_codes import Code

_UNREAD = re.compile(r"/\*.*?\*/\s*|^\s+", re.DOTALL | re.MULTILINE)
"""What only people read in a style sheet: comments, indentation, empty lines."""
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asset:
    """name: `design-1f3c….css`. content: bytes as sent."""

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        return _KINDS[self.name.rpartition(".")[2]]


def stylesheet(*more: str) -> Asset:
    """The design system's one style sheet; more: an app's own styles after it."""
    own = files("chassis.design")
    parts = [(own / name).read_text("utf-8") for name in ("tokens.css", "components.css")]
    return asset("design", "css", _UNREAD.sub("", "\n".join([*parts, *more])))


def asset(stem: str, suffix: str, text: str) -> Asset:
    content = text.encode()
    return Asset(f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", content)


class Assets:
    """An app's own files below `prefix`. `addresses`: by kind, for templates (`assets.css`)."""

    def __init__(self, prefix: str, *assets: Asset) -> None:
        self._prefix = prefix.rstrip("/")
        self._assets = {one.name: one for one in assets}

    @property
    def addresses(self) -> Mapping[str, str]:
        return {name.rpartition(".")[2]: f"{self._prefix}/{name}" for name in self._assets}

    def router(self) -> APIRouter:
        """GET PREFIX/{name}: kept by browsers for a year, since another content is another name."""
        router = APIRouter()

        @router.get(f"{self._prefix}/{{name}}", include_in_schema=False)
        @public
        async def file(name: str) -> Response:
            found = self._assets.get(name)
            if found is None:
                raise Refused(Code.NOT_FOUND)
            headers = {"Cache-Control": "public, max-age=31536000, immutable"}
            return Response(found.content, media_type=found.kind, headers=headers)

        return router
