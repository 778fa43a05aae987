"""Hostile names: nothing that a bureau or a client is called becomes a header, a link or markup."""

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from uuid import uuid4

import pytest

from notifier.header_text import header_text
from notifier.message import Unmailable, Writer, mail_address
from notifier.settings import _address
from notifier.tables import Delivery
from services.notifier.tests.events import KEYS, PUBLIC_URL

HOSTILE = [
    "=?utf-8?q?x=0d=0aBcc:_spy@evil.example?=",
    "=?utf-8?b?eA0KQmNjOiBzcHlAZXZpbC5leGFtcGxl?=",
    "==?utf-8?q?x=0d=0aBcc:_spy@evil.example?=?=",
    "Bur\r\nBcc: spy@evil.example",
    "Bur\x00\x0b\u2028Bcc: spy@evil.example",
    "Bur \ud800 lone",
    "a" * 180 + " =?utf-8?q?=0aBcc:_spy@evil.example?= " + "å" * 180,
    '"Bur", <spy@evil.example>, (x)',
    "\u202egnp.exe",
]


def delivery(name: str = "Karin", bureau: str = "Byrån", address: str = "k@x.example") -> Delivery:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return Delivery(
        id=uuid4(),
        event_id=uuid4(),
        mail="request",
        bureau_id="b-1",
        tenant_id="1",
        subject_id=uuid4(),
        sending=1,
        user_id="karin",
        name=name,
        address=address,
        locale="sv",
        data={
            "bureau_name": bureau,
            "client_name": bureau,
            "tenant_id": "1",
            "bureau_org_number": "556469-6291",
            "requested_by": name,
            "message": None,
            "resent": False,
            "expires_at": (now + timedelta(hours=168)).isoformat(),
        },
        message_id="<1@koppla.example>",
        give_up_at=now,
        due_at=now,
        created_at=now,
    )


WRITER = Writer(_address("Koppla <no-reply@koppla.example>"), PUBLIC_URL, KEYS)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_header_and_no_recipient(name: str) -> None:
    if "\ud800" in name:
        # No event holds one (contracts.fields), and UTF-8 bodies could not.
        assert header_text(name) == "Bur \ufffd lone"
        return
    content = WRITER.write(delivery(name, name)).content
    head = content.split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"(?im)^(bcc|cc|x-)", head)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert sorted(message.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
            *("Content-Language", "Content-Type", "MIME-Version"),
        ]
    )
    assert [to.addr_spec for to in message["To"].addresses] == ["k@x.example"]
    assert "\n" not in str(message["Subject"])
    assert "\u202e" not in str(message["Subject"])


@pytest.mark.parametrize("name", HOSTILE)
def test_header_text_is_one_line_without_encoded_words(name: str) -> None:
    text = header_text(name)
    assert "=?" not in text
    assert text.isprintable()
    assert header_text(text) == text


def test_long_swedish_names_come_out_as_they_went_in() -> None:
    name = "Åkeri & Söner i Östra Ämtervik, " * 5 + "AB"
    content = WRITER.write(delivery(name, name)).content
    assert max(map(len, content.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert str(message["Subject"]) == f"{name} vill ha åtkomst till {name}"
    # Not by the header registry, which shows the blanks between encoded words (RFC 2047, 6.2).
    raw = email.message_from_bytes(content)
    assert str(make_header(decode_header(raw["To"]))) == f"{name} <k@x.example>"


@pytest.mark.parametrize(
    "name", ["http://evil.example/x", "HTTPS://evil.example", "www.evil.example"]
)
def test_a_name_that_looks_like_an_address_is_no_link(name: str) -> None:  # R25
    message = email.message_from_bytes(
        WRITER.write(delivery(name, name)).content, policy=email.policy.default
    )
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()  # type: ignore[union-attr]
        links = re.findall(r"(?i)(?:https?://|www\.)[^\s\"<>]+", text)
        assert len(set(links)) == 1
        assert links[0].startswith(f"{PUBLIC_URL}/l/")


def test_the_same_delivery_is_the_same_message() -> None:
    one = delivery()
    assert WRITER.write(one).content == WRITER.write(one).content


@pytest.mark.parametrize("address", ["a@b@c d.example", "k@", "@x.example", "k\r\n@x.example", "k"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unmailable):
        mail_address(address)


@pytest.mark.parametrize("address", ["a..b@x.example", ".a@x.example", "o'x+y@x.example"])
def test_odd_addresses_that_servers_take_are_mailed(address: str) -> None:
    outgoing = WRITER.write(delivery(address=address))
    assert outgoing.utf8 is False
    assert outgoing.content.isascii()


def test_a_domain_outside_of_ascii_is_mailed_by_its_ascii_name() -> None:
    outgoing = WRITER.write(delivery(address="karin@åkeri.example"))
    assert (outgoing.recipient, outgoing.utf8) == ("karin@xn--keri-poa.example", False)


def test_a_local_part_outside_of_ascii_needs_smtputf8() -> None:
    outgoing = WRITER.write(delivery(address="åke@x.example"))
    assert (outgoing.recipient, outgoing.utf8) == ("åke@x.example", True)
