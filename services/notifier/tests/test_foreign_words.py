"""What bureaus and clients are called, or write, does no harm in a mail that comes from us."""

from html import escape
from typing import Any

import pytest

from notifier.foreign_words import defused
from services.notifier.tests.reading import Reading
from services.notifier.tests.sample_mails import DRAFTS, WRITER, Sample, delivery

HOSTILE = [
    "Byrån <b>fet</b>",
    'Byrån "A" & B\'s',
    "</td></table><h1>Koppla</h1>",
    "{{ link }} {% raw %}",
    "=?utf-8?q?x=0d=0aBcc:_spy@evil.example?=",
    "&lt;AB&gt;",
    "Byrån --> <!--[if mso]>",
]
NAMED = ("bureau_name", "client_name", "requested_by", "decided_by", "signed_by", "reference")


def hostile(variant: str, name: str) -> Sample:
    """The mail, with every name in it and every message replaced."""
    draft = DRAFTS[variant]
    words: dict[str, Any] = {
        key: name for key in (*NAMED, "message") if draft.data.get(key) is not None
    }
    if draft.data.get("ended_by"):
        words |= {"ended_by": {**draft.data["ended_by"], "name": name}, "reason": name}
    if "failed" in draft.data:
        words |= {"failed": [name]}
    data = {**draft.data, **words}
    return Sample(f"{draft.mail}.sv", WRITER.write(delivery(draft, "sv", name=name, data=data)))


@pytest.mark.parametrize("variant", DRAFTS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(variant: str, name: str) -> None:
    mail, plain = hostile(variant, name), hostile(variant, "Byrån")
    reading = Reading(mail.html)
    assert reading.tags == Reading(plain.html).tags
    assert reading.addresses == Reading(plain.html).addresses
    shown = defused(name)
    assert shown in reading.words
    assert str(escape(shown)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in mail.html
    assert shown in " ".join(mail.text.split())


@pytest.mark.parametrize(
    "text",
    [
        *("http://evil.example", "HTTPS://evil.example/x", "ftp://evil.example"),
        *("www.evil.example", "evil.example", "a.evil.se/x?y", "Byrån evil.se AB", "åkeri.se"),
    ],
)
def test_nothing_is_left_that_looks_like_an_address(text: str) -> None:  # R25
    shown = defused(text)
    assert shown.replace("\u2060", "") == text
    assert "://" not in shown
    for piece in shown.split("\u2060"):
        assert "." not in piece[1:]


@pytest.mark.parametrize(
    "text",
    ["J.P. Bokföring AB", "kl. 14.05", "1.200 kr", "anna.berg@byran.example", "m.m.", "A/S", "7:1"],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


def test_a_name_does_not_turn_the_direction_of_our_words() -> None:
    assert defused("\u202egnp.\u2066exe\u202c") == "gnp\u2060.exe"
    for shown in (mail := hostile("request.message", "Byrån\u202e")).text, mail.html, mail.subject:
        assert "\u202e" not in shown


def test_words_in_lists_and_mappings_are_reached() -> None:
    assert defused({"a": ["evil.se", None, 7]}) == {"a": ["evil\u2060.se", None, 7]}
