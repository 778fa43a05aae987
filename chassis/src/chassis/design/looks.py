"""GET /design: every component in every state, and the tokens; for whoever builds a page."""

import re
from datetime import UTC, datetime
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from chassis.design.assets import Asset, Assets, stylesheet
from chassis.design.environment import environment, words
from chassis.design.languages import language, remember, switch
from chassis.design.tokens import tokens
from chassis.http import public

_PATH = "/design"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Vary": "Cookie, Accept-Language",
}
_TYPE = ("h1", "h2", "h3", "lead", "body", "small")
_SPACE = ("s1", "s2", "s3", "s4", "s5", "s6", "s7")
_HOVERED = re.compile(r"^(\.[^{}@]*):hover (\{[^{}]*\})$", re.MULTILINE)
_FOCUSED = re.compile(r"^:focus-visible (\{[^{}]*\})$", re.MULTILINE)
# What examples tell of: an ordinary day, as good as any.
_MOMENTS = [datetime(2026, 3, day, 9, 30, tzinfo=UTC) for day in (2, 3, 9)]


def router() -> APIRouter:
    """The page, and its style sheet below it."""
    api = APIRouter()
    assets = Assets(f"{_PATH}/static", _styles())
    page = environment("chassis.design").get_template("design/looks.html")

    @api.get(_PATH, include_in_schema=False)
    @public
    async def looks(request: Request) -> HTMLResponse:
        locale = language(request)
        html = page.render(
            **words("chassis", locale),
            assets=assets.addresses,
            body_class="work",
            languages=switch(_PATH),
            tokens=tokens(),
            hue=_hue,
            type_steps=_TYPE,
            space_steps=_SPACE,
            moments=_MOMENTS,
        )
        response = HTMLResponse(html, headers={**_HEADERS, "Content-Language": locale})
        remember(request, response)
        return response

    api.include_router(assets.router())
    return api


def _styles() -> Asset:
    own = (files("chassis.design") / "looks.css").read_text("utf-8")
    return stylesheet(own, *_swatches(), *_forced())


def _swatches() -> list[str]:
    """A class for each token: a page can't have styles of its own (Content-Security-Policy)."""
    hues = {*tokens().light.values(), *tokens().dark.values()}
    return [
        *(f".{_hue(each)} {{ background: {each}; }}" for each in sorted(hues)),
        *(f".type-{name} {{ font-size: var(--{name}); }}" for name in _TYPE),
        *(f".space-{name} {{ width: var(--{name}); }}" for name in _SPACE),
    ]


def _hue(colour: str) -> str:
    return f"hue-{colour[1:]}"


def _forced() -> list[str]:
    """Under the pointer, and with the focus, made visible without either: the same rules, told of
    what lies in a box that says so."""
    css = (files("chassis.design") / "components.css").read_text("utf-8")
    return [
        *(f".is-hovered {selector} {rule}" for selector, rule in _HOVERED.findall(css)),
        *(f".is-focused :is(a, button, input, summary) {rule}" for rule in _FOCUSED.findall(css)),
    ]
