"""Lines of the plain-text part, and quotations in both."""

import re

from hypothesis import given
from hypothesis import strategies as st

from notifier.typesetting import finished, kept, lines, quoted, wrapped

LONG = "Ett ord och ett ord till, " * 12


def test_no_line_of_a_paragraph_is_longer_than_76_columns() -> None:
    assert max(len(line) for line in finished(wrapped(LONG)).splitlines()) <= 76


def test_a_name_stands_on_one_line_so_that_it_can_be_found() -> None:  # R24
    name = "Åkerströms Måleri i Örebro AB"
    for start in range(40):
        text = finished(wrapped("x" * start + " " + kept(f"{name}") + " " + LONG))
        assert name in text
        assert max(map(len, text.splitlines())) <= 76


def test_a_name_that_fills_a_line_is_broken_like_other_words() -> None:
    for length in range(60, 160):
        name = ("Åkeri och Söner " * 10)[:length].strip()
        text = finished(wrapped(f"Klient: {kept(name)}, databas-ID 100001", "  "))
        assert max(map(len, text.splitlines())) <= 76


def test_no_line_begins_with_the_figure_of_the_word_before() -> None:
    for start in range(60, 80):
        text = finished(wrapped("x" * start + " databas-ID 100001 " + LONG))
        assert "databas-ID 100001" in text


def test_further_lines_of_a_fact_are_indented() -> None:
    first, *further = wrapped(LONG, "  ").splitlines()
    assert not first.startswith(" ")
    assert all(line.startswith("  ") and line[2] != " " for line in further)


@given(st.text(max_size=500))
def test_every_line_of_somebody_elses_words_is_marked(text: str) -> None:
    for line in quoted(text).splitlines():
        assert re.match(r">( |$)", line)


def test_a_quotation_keeps_its_lines_and_wraps_the_long_ones() -> None:
    said = quoted(kept(f"Hej\n\n{LONG}")).splitlines()
    assert said[:2] == ["> Hej", ">"]
    assert len(said) > 4
    assert max(map(len, said)) <= 76


def test_a_quotation_in_html_keeps_its_lines_and_no_markup() -> None:
    assert lines("Hej <b>\n\n&") == "Hej &lt;b&gt;<br><br>&amp;"


def test_the_finished_text_has_single_empty_lines_and_one_at_no_end() -> None:
    assert finished("\n\na\n\n\n\nb\n\n") == "a\n\nb\n"
