"""What holds for every mail, whatever it says: links, words, lines, look."""

import email
import re
import unicodedata
from typing import get_args

import pytest

from contracts.fields import Locale
from notifier.message import Writer
from services.notifier.tests.events import KEYS, PUBLIC_URL
from services.notifier.tests.reading import Reading
from services.notifier.tests.sample_mails import (
    DRAFTS,
    SAMPLES,
    SENDER,
    SUPPORT_EMAIL,
    WRITER,
    Sample,
    delivery,
)

ADDRESS = re.compile(r"(?i)(?:https?://|www\.)[^\s\"<>]+")
LINKED = {"request", "reminder", "receipt"}
NAMES = ("Norrskensbyrån Redovisning AB", "Åkerströms Måleri i Örebro AB")

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def link(sample: Sample) -> list[str]:
    return [line for line in sample.text.splitlines() if line.startswith(PUBLIC_URL)]


@every_sample
def test_a_mail_has_one_link_or_none_and_both_parts_have_the_same(sample: Sample) -> None:  # R25
    links = ADDRESS.findall(sample.text)
    assert links == link(sample)
    by_side = sample.mail in ("accepted", "linked_by_form")
    to_client = by_side and sample.name.endswith("to_client")
    expected = sample.mail in LINKED or to_client or sample.mail == "undeliverable"
    assert len(links) == expected
    # One link to click on; its address stands below the button to be copied, as text.
    assert Reading(sample.html).addresses == links
    assert ADDRESS.findall(sample.html) == links * 2
    assert ADDRESS.findall(Reading(sample.html).words) == links


@every_sample
def test_nothing_is_fetched_and_nothing_runs(sample: Sample) -> None:
    reading = Reading(sample.html)
    assert not reading.tags & {"img", "script", "link", "iframe", "form", "svg", "video", "object"}
    assert not reading.attributes & {"src", "srcset", "background", "ping"}
    assert not [name for name in reading.attributes if name.startswith("on")]
    assert not re.search(r"<img|<script|src=|url\(|@import|@font-face", sample.html)


@every_sample
def test_text_and_html_say_the_same(sample: Sample) -> None:
    html = Reading(sample.html, without=frozenset({"brand", "by-hand"})).words
    text = [line.removeprefix(">") for line in sample.text.splitlines() if line not in link(sample)]
    said = " ".join(" ".join(text).split())
    assert html.replace(":", "") == f"{sample.subject} {said}".replace(":", "")
    for name in NAMES:
        assert name in sample.text
        assert name in html


@every_sample
def test_a_mail_that_can_not_be_replied_to_says_where_to_write(sample: Sample) -> None:
    said = {"sv": "Frågor? Skriv till kundtjänst:", "en": "Questions? Write to customer support:"}
    for part in (" ".join(sample.text.split()), Reading(sample.html).words):
        assert part.endswith(f"{said[sample.locale]} {SUPPORT_EMAIL}")


def test_without_an_address_of_customer_service_a_mail_names_none() -> None:
    silent = Writer(SENDER, PUBLIC_URL, KEYS)
    told = delivery(DRAFTS["receipt"], "sv")
    said = [
        email.message_from_bytes(one.write(told).content).as_string() for one in (silent, WRITER)
    ]
    assert ["Skriv till" in one for one in said] == [False, True]


@every_sample
def test_a_mail_speaks_of_its_button_only_where_there_is_one(sample: Sample) -> None:
    others = Reading(sample.html, without=frozenset({"by-hand"})).words
    for part in (sample.text, others):
        assert not re.search(r"(?i)\b(?:the button|knappen)\b(?! Koppla klient)", part)


@every_sample
def test_the_text_is_in_lines_that_every_program_shows(sample: Sample) -> None:
    for line in sample.text.splitlines():
        assert len(line) <= 76 or line in link(sample)
        assert line == line.rstrip()
    assert not re.search(r" [.,]|\n\n\n|  ", sample.text)
    assert sample.text.endswith("\n")


@every_sample
def test_letters_arrive_as_they_were_written(sample: Sample) -> None:  # R47
    for text in (sample.subject, sample.text, sample.html):
        assert text == unicodedata.normalize("NFC", text)
        assert "\ufffd" not in text
        assert text.isprintable() or "\n" in text
    assert "Å" in sample.subject or "å" in sample.subject
    assert f'<html lang="{sample.locale}"' in sample.html
    assert sample.message["Content-Language"] == sample.locale


@every_sample
def test_a_list_of_mails_shows_a_short_subject_and_something_more(sample: Sample) -> None:
    # With two names of some thirty letters each, which are the senders' own.
    assert len(sample.subject) <= 80
    preview = Reading(sample.html).unseen
    assert 45 <= len(preview) <= 140
    assert preview.endswith(".")
    assert sample.subject not in preview
    # First of all that is in the body, since that is what is shown.
    assert Reading(sample.html.partition("<body")[2].partition("</div>")[0] + "</div>").unseen


@every_sample
def test_both_schemes_and_narrow_screens_are_thought_of(sample: Sample) -> None:
    assert '<meta name="color-scheme" content="light dark">' in sample.html
    assert "@media (prefers-color-scheme: dark)" in sample.html
    assert "@media (max-width: 480px)" in sample.html
    # Gmail drops all styles of a block in which an at-rule stands in an at-rule.
    for block in re.findall(r"<style>(.*?)</style>", sample.html, re.DOTALL):
        assert not re.search(r"@[^{]*\{[^}]*@", block)
    # Gmail cuts what is longer than 102 kB.
    assert len(sample.html.encode()) < 20_000


@every_sample
def test_times_are_said_with_weekday_and_zone(sample: Sample) -> None:  # R47
    swedish = r"(?:måndag|onsdag) \d+ november 2026 kl\. (?:14\.05|08\.30) \(svensk tid, CET\)"
    english = r"(?:Monday|Wednesday) \d+ November 2026 at (?:14:05|08:30) \(Swedish time, CET\)"
    said = " ".join(sample.text.split())
    found = re.findall(swedish if sample.locale == "sv" else english, said)
    assert found or sample.mail == "undeliverable"
    assert len(found) == len(re.findall("2026 (?:kl|at)", said))
    for time in found:
        assert time in Reading(sample.html).words


@pytest.mark.parametrize("locale", get_args(Locale))
def test_word_of_an_acceptance_that_an_older_version_wrote_down_has_no_link(
    locale: Locale,
) -> None:
    draft = DRAFTS["accepted.to_client"]
    older = {name: value for name, value in draft.data.items() if name != "has_page"}
    outgoing = WRITER.write(delivery(draft, locale, data=older))
    assert ADDRESS.findall(Sample("accepted", outgoing).text) == []
