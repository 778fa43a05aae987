"""The bytes that a mail server gets, and what a mail program makes of them."""

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

import pytest

from services.notifier.tests.sample_mails import ASKED, DELIVERY, SAMPLES, Sample

every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
    *("Content-Type", "Content-Language"),
)


def raw_headers(sample: Sample) -> dict[str, str]:
    """The head as it is sent, each header on one line (RFC 5322, 2.2.3)."""
    head = sample.outgoing.content.split(b"\r\n\r\n", 1)[0].decode("ascii")
    unfolded = re.sub(r"\r\n(?=[ \t])", "", head)
    return dict(line.split(": ", 1) for line in unfolded.split("\r\n"))


@every_sample
def test_the_bytes_are_seven_bits_in_lines_that_every_server_takes(sample: Sample) -> None:
    content = sample.outgoing.content
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 78
    assert content.endswith(b"\r\n")


@every_sample
def test_the_head_says_who_sends_that_no_answer_is_awaited_and_nothing_more(
    sample: Sample,
) -> None:
    headers = raw_headers(sample)
    assert sorted(headers) == sorted(HEADERS)
    assert headers["From"] == "Koppla <no-reply@koppla.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == f"<{DELIVERY}@koppla.example>"
    assert parsedate_to_datetime(headers["Date"]) == ASKED


@every_sample
def test_subject_and_name_are_decoded_as_they_were_written(sample: Sample) -> None:  # R47
    headers = raw_headers(sample)
    # As an old parser does it, word for word, and as Python's newest does.
    assert str(make_header(decode_header(headers["Subject"]))) == sample.subject
    [to] = sample.message["To"].addresses
    assert str(make_header(decode_header(headers["To"]))) == f"{to.display_name} <{to.addr_spec}>"
    assert to.display_name in ("Åsa Åkerström", "Emma Öhman", "Linnéa Björk", "Göran Ängström")
    assert sample.subject in sample.html.replace("&amp;", "&")


@every_sample
def test_the_parts_are_the_plain_one_first_and_both_in_utf_8(sample: Sample) -> None:  # R47
    message = email.message_from_bytes(sample.outgoing.content, policy=email.policy.default)
    assert not message.defects
    plain, html = message.iter_parts()
    for part, kind in ((plain, "text/plain"), (html, "text/html")):
        assert not part.defects
        assert part.get_content_type() == kind
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
