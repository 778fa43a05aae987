"""Every mail in every language."""

import re
from typing import Any

import pytest
from jinja2 import UndefinedError

from notifier.drafts import MAILS
from notifier.rendering import LOCALES, moment, render

PERSON = {"user_id": "k", "name": "Åsa Öst", "side": "client"}
AT = "2026-10-25T00:30:00+00:00"
COMMON = {
    "name": "Märta Åström",
    "bureau_name": "Byrån Ängeln",
    "client_name": "Östra Åkeriet",
    "tenant_id": "100001",
}
DATA: dict[str, list[dict[str, Any]]] = {
    "request": [
        {"requested_by": "Åke Ö", "message": said, "expires_at": AT, "link": "https://k.se/l/x"}
        for said in (None, "Två\nrader")
    ],
    "accepted": [
        {"decided_by": "Åsa Öst", "decided_at": AT, "side": side} for side in ("bureau", "client")
    ],
    "receipt": [{"decided_by": "Åsa Öst", "decided_at": AT, "link": "https://k.se/l/x"}],
    "declined": [
        {"decided_by": by, "decided_at": AT, "message": said}
        for by, said in (("Åsa Öst", "Nej tack"), (None, None))
    ],
    "expired": [{"decided_at": AT}],
    "undeliverable": [{"failed": ["Åsa Öst", "Örjan Ek"]}],
    "cancelled": [{"decided_at": AT, "reason": reason} for reason in (None, "paper_form")],
    "linked_by_form": [
        {
            "established_at": AT,
            "signed_by": signed,
            "reference": "Ä-17" if signed else None,
            "side": side,
            **({"link": "https://k.se/l/x"} if side == "client" else {}),
        }
        for side in ("bureau", "client")
        for signed in ("Åsa Öst", None)
    ],
    "ended": [
        {"ended_at": AT, "ended_by": by, "reason": reason, "side": side}
        for by in (PERSON, {**PERSON, "side": "bureau"}, {**PERSON, "side": "support"}, None)
        for reason in (None, "bureau_deleted", "client_deleted", "Vi byter byrå")
        for side in ("bureau", "client")
    ],
}
DATA["reminder"] = DATA["request"]
CASES = [(mail, locale, data) for mail in MAILS for locale in LOCALES for data in DATA[mail]]


@pytest.mark.parametrize(("mail", "locale", "data"), CASES)
def test_every_mail_reads_whole(mail: str, locale: str, data: dict[str, Any]) -> None:  # R47
    rendered = render(mail, locale, {**COMMON, **data})
    assert "\n" not in rendered.subject
    for text in (rendered.subject, rendered.text, rendered.html):
        assert not re.search(r"\{\{|\}\}|\{%|%\}|\bNone\.|None,|undefined|\[\]", text)
    assert "Östra Åkeriet" in rendered.subject or "Byrån Ängeln" in rendered.subject
    for text in (rendered.text, rendered.html):
        assert "Märta Åström," in text
        assert "Byrån Ängeln" in text
        assert "Östra Åkeriet" in text
        assert text.count("https://") == ("link" in data)
        assert "http://" not in text
    assert not re.search(r" [.,]|\n\n\n|  ", rendered.text)
    assert ("Vänliga hälsningar" in rendered.text) == (locale == "sv")


@pytest.mark.parametrize("mail", MAILS)
def test_a_word_that_is_missing_is_an_error_and_no_gap(mail: str) -> None:
    with pytest.raises(UndefinedError):
        render(mail, "sv", {})


def test_both_half_past_twos_of_an_october_night_are_told_apart() -> None:  # R26
    assert (
        moment("2026-10-25T00:30:00+00:00", "sv") == "25 oktober 2026 kl. 02.30 (svensk tid, CEST)"
    )
    assert moment("2026-10-25T01:30:00Z", "sv") == "25 oktober 2026 kl. 02.30 (svensk tid, CET)"
    assert moment("2026-03-29T01:00:00Z", "en") == "29 March 2026 at 03:00 (Swedish time, CEST)"


def test_the_bureaus_words_can_not_pose_as_ours() -> None:
    said = "Hej\n\nLänken är ogiltig\u2028Ring oss <b>nu</b>"
    data = {**DATA["request"][0], "message": said}
    rendered = render("request", "sv", {**COMMON, **data})
    for line in ("Hej", "Länken är ogiltig", "Ring oss <b>nu</b>"):
        assert f"\n> {line}\n" in rendered.text
    assert "<b>" not in rendered.html
