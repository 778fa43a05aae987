"""The tokens as values, for whoever can't use a style sheet's: tests, mails, paper, /design."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_SIZE = re.compile(r"--([a-z0-9]+): ([0-9.]+)rem;")


@dataclass(frozen=True, slots=True)
class Tokens:
    """light, dark: `#rrggbb` by name. sizes: in rem, by name."""

    light: dict[str, str]
    dark: dict[str, str]
    sizes: dict[str, float]


@cache
def tokens() -> Tokens:
    """Those of tokens.css."""
    css = (files("chassis.design") / "tokens.css").read_text("utf-8")
    light, dark = css.split("@media", 1)
    return Tokens(
        light=dict(_COLOUR.findall(light)),
        dark=dict(_COLOUR.findall(dark)),
        sizes={name: float(size) for name, size in _SIZE.findall(light)},
    )
