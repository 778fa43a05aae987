"""Every text of the mails can be read, in both schemes."""

import re
from collections.abc import Mapping

import pytest

from chassis.design.tokens import tokens
from notifier.palette import DARK, LIGHT
from services.notifier.tests.sample_mails import SAMPLES

# Text on the ground that it stands on: layout.jinja and parts.jinja.
PAIRS = [("text", "card"), ("text", "page"), ("soft", "card"), ("soft", "page"), ("on_act", "act")]


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_contrast_is_enough_to_read(scheme: Mapping[str, str], pair: tuple[str, str]) -> None:
    text, ground = (luminance(scheme[name]) for name in pair)
    assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5


def test_the_mails_have_no_other_colours() -> None:
    known = {*LIGHT.values(), *DARK.values()}
    assert {
        colour for mail in SAMPLES for colour in re.findall(r"#[0-9a-f]{6}", mail.html)
    } == known


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mails_colours_are_those_of_the_pages_that_they_lead_to(scheme: str) -> None:
    of_mails = {"light": LIGHT, "dark": DARK}[scheme]
    of_pages: dict[str, str] = getattr(tokens(), scheme)
    assert of_mails == {name: of_pages[name.replace("_", "-")] for name in of_mails}
