"""Templates, styles and script of the portal, with those of the design system before them."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from chassis.design import looks
from chassis.design.assets import Asset, Assets, asset, stylesheet
from chassis.design.environment import environment, words
from contracts.fields import Locale
from portal import shown
from portal.forms import new_key
from portal.parts import missing

PACKAGE = "portal"
STATIC = "/static/portal"


class Pages:
    """Renders pages; no text but the catalogue's, and nothing that is not escaped."""

    def __init__(self) -> None:
        self._templates = environment(PACKAGE)
        self._templates.globals.update(missing=missing, new_key=new_key, shown=shown)
        self._assets = Assets(STATIC, stylesheet(_read("portal.css", "matrix.css")), _script())

    def render(self, template: str, locale: Locale, about: Mapping[str, Any]) -> str:
        given = {**words(PACKAGE, locale), "assets": self._assets.addresses, **about}
        return self._templates.get_template(template).render(given)

    def mount(self, app: FastAPI) -> None:
        """Its files, which browsers keep for a year, and the page that shows what they are of."""
        app.include_router(self._assets.router())
        app.include_router(looks.router())


def _script() -> Asset:
    return asset("portal", "js", _read("portal.js", "matrix.js"))


def _read(*names: str) -> str:
    return "\n".join((files(PACKAGE) / "static" / name).read_text("utf-8") for name in names)
