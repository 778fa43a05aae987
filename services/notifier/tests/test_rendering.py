"""Words that depend on what an event leaves out, and what every mail must not be without."""

import re
from typing import Any

import pytest
from jinja2 import UndefinedError

from notifier.drafts import MAILS
from notifier.rendering import FOLDER, LOCALES, render
from services.notifier.tests.sample_mails import DRAFTS, SAMPLES, Sample

RARE: list[tuple[str, dict[str, Any]]] = [
    ("declined", {"decided_by": None, "message": "Nej"}),
    ("cancelled", {"decided_by": None}),
    ("cancelled", {"reason": "something_new"}),
    ("linked_by_form.link_client_to_bureau", {"form_kind": None, "signed_by": None}),
    ("linked_by_form.link_client_to_client", {"form_kind": "something_new", "reference": None}),
    ("ended.by_support_to_client", {"ended_by": None, "reason": None}),
    ("ended.by_support_to_bureau", {"ended_by": None, "reason": "something_new"}),
]


def rendered(variant: str, locale: str, **given: Any) -> tuple[str, str, str]:
    draft = DRAFTS[variant]
    data = {**draft.data, "name": "Märta Åström", "link": "https://k.se/l/x", **given}
    mail = render(draft.mail, locale, data)
    return mail.subject, mail.text, mail.html


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_mail_reads_whole(sample: Sample) -> None:  # R47
    _reads_whole(sample.locale, sample.subject, sample.text, sample.html)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("variant", "given"), RARE)
def test_what_an_event_leaves_out_leaves_no_gap(
    variant: str, given: dict[str, Any], locale: str
) -> None:
    subject, text, html = rendered(variant, locale, **given)
    _reads_whole(locale, subject, text, html)
    assert "something_new" not in text + html


def _reads_whole(locale: str, subject: str, text: str, html: str) -> None:
    assert "\n" not in subject
    assert "Åkerströms Måleri" in subject or "Norrskensbyrån" in subject
    for part in (subject, text, html):
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\bNone[.,<]|undefined|\[\]|\x1f", part)
    assert not re.search(r" [.,]|\n\n\n|\w  ", text)
    assert ("Vänliga hälsningar\nKoppla\n" in text) == (locale == "sv")
    assert ("Kind regards\nKoppla\n" in text) == (locale == "en")


@pytest.mark.parametrize("mail", MAILS)
def test_a_word_that_is_missing_is_an_error_and_no_gap(mail: str) -> None:
    with pytest.raises(UndefinedError):
        render(mail, "sv", {})


def test_every_mail_has_its_words_in_every_language() -> None:  # R47
    files = {"subject.txt", "preview.txt", "body.jinja"}
    for mail in MAILS:
        for locale in LOCALES:
            assert {file.name for file in (FOLDER / mail / locale).iterdir()} == files


def test_the_bureaus_words_can_not_pose_as_ours() -> None:
    said = "Hej\n\nLänken är ogiltig\u2028Ring oss <b>nu</b>"
    _, text, html = rendered("request.message", "sv", message=said)
    for line in ("Hej", "Länken är ogiltig", "Ring oss <b>nu</b>"):
        assert f"\n> {line}\n" in text
    assert "<blockquote" in html
    assert "Hej<br><br>Länken är ogiltig<br>Ring oss &lt;b&gt;nu&lt;/b&gt;</blockquote>" in html


@pytest.mark.parametrize("reason", ["bureau_deleted", "client_deleted"])
def test_a_person_who_gives_a_code_as_the_reason_is_quoted(reason: str) -> None:  # D8
    _, text, _ = rendered("ended.by_client_to_bureau", "sv", reason=reason)
    assert f"\n> {reason}\n" in text
    assert "finns inte längre" not in text
