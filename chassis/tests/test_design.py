"""The design system: colours that can be read, texts that are all there, files that are kept."""

import re
from datetime import UTC, date, datetime
from gettext import NullTranslations
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from chassis.design import catalogue_check
from chassis.design.assets import Assets, asset, stylesheet
from chassis.design.catalogue import Texts, texts
from chassis.design.environment import environment, words
from chassis.design.formats import Formats
from chassis.design.tokens import tokens
from contracts.fields import Locale

_ON = {
    "text": (
        "page",
        "card",
        "sunken",
        "act-soft",
        "good-soft",
        "wait-soft",
        "bad-soft",
        "info-soft",
    ),
    "soft": ("page", "card", "sunken"),
    "act": ("page", "card", "sunken"),
    "on-act": ("act", "act-strong"),
    "on-bad": ("bad", "bad-strong"),
    "good": ("good-soft", "act-soft"),
    "wait": ("wait-soft",),
    "bad": ("bad-soft", "card", "page"),
    "info": ("info-soft",),
}


def schemes() -> dict[str, dict[str, str]]:
    css = (files("chassis.design") / "tokens.css").read_text("utf-8")
    light, dark = css.split("@media", 1)
    of = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    return {"light": of, "dark": {**of, **dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))}}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""

    def linear(part: int) -> float:
        c = part / 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("locale", "shown"), [("sv", "12\N{NO-BREAK SPACE}345"), ("en", "12,345")])
def test_a_number_of_many_is_written_as_people_write_it(locale: Locale, shown: str) -> None:
    words = Texts(locale, NullTranslations())
    assert words.plural("{number} klienter", 12_345) == f"{shown} klienter"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(scheme: str) -> None:
    of = schemes()[scheme]
    poor = [
        f"{text} on {ground}: {found:.2f}"
        for text, grounds in _ON.items()
        for ground in grounds
        if (found := contrast(of[text], of[ground])) < 4.5
    ]
    assert poor == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_can_be_used_stands_out_from_its_ground(scheme: str) -> None:
    of = schemes()[scheme]
    for ground in ("page", "card"):
        assert contrast(of["border"], of[ground]) >= 3
        assert contrast(of["focus"], of[ground]) >= 3


def test_the_texts_of_the_design_system_are_all_there() -> None:
    every = catalogue_check.every
    folder = Path(str(files("chassis.design"))) / "templates/design"
    looks = "".join(one.read_text("utf-8") for one in sorted(folder.rglob("looks*/*.html")))
    buttons = ("primary", "secondary", "quiet", "danger")
    notices = ("info", "success", "warning", "error")
    tones = ("neutral", "good", "wait", "bad", "info", "program")
    computed = {
        *every("looks.colour_{}", [name.replace("-", "_") for name in tokens().light]),
        *every("looks.part_{}{}", re.findall(r'looks\.part\("(\w+)"', looks), ("", "_use")),
        *every("looks.state_{}", re.findall(r'looks\.state\("(\w+)"[,)]', looks)),
        *every("looks.state_{}{}", buttons, ("", "_hovered")),
        *every("looks.state_{}", notices),
        *every("looks.state_tone_{}", tones),
        *every("design.refused_{}_{}", ("missing", "wrong", "failed"), ("title", "body")),
        *every("looks.notice_{}{}", notices, ("", "_body")),
    }
    assert catalogue_check.wrong("chassis", computed=computed) == []


def test_a_text_that_nobody_wrote_is_a_mistake() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.key"):
        texts("chassis", "sv")("no.such.key")
    assert not texts("chassis", "sv").has("no.such.key")


def test_what_is_wrong_with_catalogues_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(locale: str) -> Catalog:
        catalogue = Catalog(locale=locale)
        catalogue.add("a.unused", "x")
        catalogue.add("a.of_written", "x")
        catalogue.add("a.of_never", "x")
        catalogue.add("a.empty", "")
        catalogue.add("a.unlike", "{one}" if locale == "sv" else "{two}")
        if locale == "sv":
            catalogue.add("a.only_swedish", "x")
        return catalogue

    source = """
        _("a.missing"), _("a.empty"), _("a.unlike"), _("a.only_swedish"), _(f"a.of_{kind}")
        {{ _("a.state_" ~ name) }} {{ _("other.state_" ~ name) }}
    """
    monkeypatch.setattr(catalogue_check, "_read", lambda package, locale: made(locale))
    monkeypatch.setattr(
        catalogue_check, "_keys", lambda folder, pattern: set(pattern.findall(source))
    )
    computed = catalogue_check.every("a.of_{}", ("written", "forgotten"))
    assert set(catalogue_check.wrong("chassis", computed=computed)) == {
        "a.missing is used and in no catalogue",
        "a.of_forgotten is used and in no catalogue",
        "a.of_never is in the catalogues and not used",
        "a.state_… is put together, and nobody tells of what",
        "a.unused is in the catalogues and not used",
        "a.empty in sv: is not translated",
        "a.empty in en: is not translated",
        "a.unlike: en has other placeholders than sv",
        "a.only_swedish is not in en",
    }


def test_moments_days_and_numbers_are_written_as_people_do() -> None:  # R47
    at = datetime(2026, 3, 3, 22, 59, tzinfo=UTC)
    swedish, english = Formats("sv"), Formats("en")
    assert swedish.moment(at) == "3 mars 2026 kl. 23.59 (svensk tid, CET)"
    assert english.moment(at) == "3 March 2026 at 23:59 (Swedish time, CET)"
    assert (swedish.short(at), english.short(at)) == ("3 mars 2026 23.59", "3 Mar 2026 23:59")
    assert swedish.day(date(2026, 3, 3)) == "3 mars 2026"
    assert (swedish.number(12345), english.number(12345)) == ("12\xa0345", "12,345")


def test_both_clock_changes_are_told_by_the_zone() -> None:  # R26
    march = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    october = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    told = [Formats("sv").moment(at).partition("kl. ")[2] for at in (*march, *october)]
    assert told == [
        "01.30 (svensk tid, CET)",
        "03.30 (svensk tid, CEST)",
        "02.30 (svensk tid, CEST)",
        "02.30 (svensk tid, CET)",
    ]
    assert all(one < other for one, other in pairwise(october))


def test_what_is_put_into_a_page_is_escaped() -> None:
    page = environment("chassis.design").from_string(
        '{% import "design/parts.html" as ui with context %}'
        '{{ ui.field("n", label, value=value, error=value) }}{{ ui.button(value, href=value) }}'
    )
    shown = page.render(label="<b>", value='"><script>x</script>', **words("chassis", "sv"))
    assert "<script" not in shown
    assert "<b>" not in shown


def test_a_files_address_changes_with_its_content() -> None:
    one, other = asset("x", "css", "a {}"), asset("x", "css", "b {}")
    assert one.name != other.name
    assert Assets("/static/x/", one).addresses == {"css": f"/static/x/{one.name}"}
    assert len(stylesheet().content) < 25_000


def test_options_need_no_hint_and_notices_no_more_than_a_title() -> None:
    page = environment("chassis.design").from_string(
        '{% import "design/parts.html" as ui with context %}'
        '{{ ui.choice("c", "C", [("a", "A"), ("b", "B", "why")]) }}{{ ui.notice("info", "N") }}'
    )
    shown = page.render(**words("chassis", "sv"))
    assert shown.count("<input") == 2
    assert shown.count('class="hint"') == 1


def test_an_options_hint_describes_it_and_is_no_part_of_its_name() -> None:
    page = environment("chassis.design").from_string(
        '{% import "design/parts.html" as ui with context %}'
        '{{ ui.choice("c", "C", [("b", "B", "why")]) }}'
    )
    shown = page.render(**words("chassis", "sv"))
    assert 'value="b" aria-describedby="c-b-hint">' in shown
    assert '<label for="c-b">B</label><p class="hint" id="c-b-hint">why</p>' in shown
