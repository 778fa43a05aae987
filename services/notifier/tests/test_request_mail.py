"""The mail that asks: to whom, what it says, and its one link."""

import hashlib
import re

from contracts.link_token import Purpose
from contracts.topics import LINKING_REQUESTS
from koppla.waiting import until
from services.notifier.tests.events import EVE, KARIN, KEYS, LARS, PUBLIC_URL, Notifier, requested
from services.notifier.tests.reading import Reading
from tests.support.smtp_sink import Received

URL = re.compile(r"https?://[^\s\"<>]+")


async def _asked(notifier: Notifier) -> dict[str, Received]:
    await notifier.broker.publish(requested())
    mails = await notifier.mails(3)
    assert len(mails) == 3
    return {mail.recipient: mail for mail in mails}


async def test_every_system_admin_gets_it_and_nobody_else(notifier: Notifier) -> None:  # R21
    mails = await _asked(notifier)
    assert mails.keys() == {KARIN.email, LARS.email, EVE.email}
    for admin in (KARIN, LARS, EVE):
        [to] = mails[admin.email].message["To"].addresses
        assert (to.display_name, to.addr_spec) == (admin.name, admin.email)
    sent = await notifier.sent(3)
    assert {event.user_id for event in sent} == {"karin", "lars", "eve"}
    assert {(event.mail, event.window) for event in sent} == {("request", 1)}


async def test_only_greeting_and_link_differ(notifier: Notifier) -> None:  # R23
    mails = await _asked(notifier)
    karin, lars = mails[KARIN.email], mails[LARS.email]
    assert karin.subject == lars.subject
    for part in ("text", "html"):
        same = {
            URL.sub("LINK", getattr(mail, part)).replace(f"Hej {name},", "Hej NAME,")
            for mail, name in ((karin, KARIN.name), (lars, LARS.name))
        }
        assert len(same) == 1
    assert URL.findall(karin.text) != URL.findall(lars.text)


async def test_it_names_the_bureau_and_what_it_wants(notifier: Notifier) -> None:  # R24
    mail = (await _asked(notifier))[KARIN.email]
    assert "Byrån Åäö & Söner" in mail.subject
    for words in ("Byrån Åäö & Söner", "Klienten <AB>", "databas-ID 100001", "Anna Åberg"):
        assert words in mail.text
    assert "Organisationsnummer: 556469-6291" in mail.text
    assert "> Vi sköter er bokföring från maj." in mail.text
    assert "Byrån Åäö &amp; Söner" in mail.html
    assert "Klienten &lt;AB&gt;" in mail.html
    assert "<AB>" not in mail.html


async def test_each_part_has_exactly_one_link_that_is_the_recipients(
    notifier: Notifier,
) -> None:  # R25
    event = requested(window=3)
    await notifier.broker.publish(event)
    for mail in await notifier.mails(3):
        [link] = URL.findall(mail.text)
        assert Reading(mail.html).addresses == [link]
        # Once more as text, to be copied.
        assert URL.findall(mail.html) == [link, link]
        token = KEYS.verify(link.removeprefix(f"{PUBLIC_URL}/l/"))
        assert (token.purpose, token.subject, token.window) == (
            Purpose.DECIDE,
            event.request_id,
            3,
        )
        [admin] = [a for a in event.recipients if a.email == mail.recipient]
        assert token.is_for(admin.user_id)
        assert token.went_to(admin.email)


async def test_swedish_letters_arrive_and_english_comes_on_request(
    notifier: Notifier,
) -> None:  # R47
    mails = await _asked(notifier)
    swedish, english = mails[KARIN.email], mails[EVE.email]
    assert swedish.subject == "Byrån Åäö & Söner vill ha åtkomst till Klienten <AB>"
    assert "Hej Karin Öst," in swedish.text
    assert "ber om åtkomst" in swedish.text
    assert "ber om åtkomst" in swedish.html
    assert swedish.message["Content-Language"] == "sv"
    assert english.subject == "Byrån Åäö & Söner wants access to Klienten <AB>"
    assert "Hello Eve Smith," in english.text
    assert english.message["Content-Language"] == "en"


async def test_the_headers_say_who_sends_and_that_nobody_answers(notifier: Notifier) -> None:
    message = (await _asked(notifier))[KARIN.email].message
    assert message["From"] == "Koppla <no-reply@koppla.example>"
    assert re.fullmatch(r"<[0-9a-f-]{36}@koppla\.example>", message["Message-ID"])
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo is not None
    assert "List-Unsubscribe" not in message
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    rows = {row["address"]: row["message_id"] for row in await notifier.deliveries()}
    assert rows[KARIN.email] == message["Message-ID"]


async def test_a_notifier_that_lost_its_database_mails_again_under_the_same_message_ids(
    notifier: Notifier,
) -> None:
    await _asked(notifier)
    await notifier.sent(3)
    await notifier.running.rows("DELETE FROM deliveries")
    await notifier.running.rows("DELETE FROM inbox")
    (record,) = await notifier.broker.records(LINKING_REQUESTS)
    headers = list(record.headers)
    await notifier.broker.publish_raw(LINKING_REQUESTS, record.key, record.value, headers)
    mails = await notifier.mails(6)
    assert len({mail.message["Message-ID"] for mail in mails}) == 3


async def test_it_is_told_which_text_was_handed_over(notifier: Notifier) -> None:  # D9
    mails = await _asked(notifier)
    digests = {event.user_id: event.text_digest for event in await notifier.sent(3)}
    for admin in (KARIN, LARS, EVE):
        text = mails[admin.email].text.replace("\r\n", "\n")
        token = URL.findall(text)[0].rpartition("/")[2]
        shown = text.replace(token, "...").encode()
        assert digests[admin.user_id] == hashlib.sha256(shown).hexdigest()
    assert len(set(digests.values())) == 3


async def test_the_link_is_kept_nowhere(notifier: Notifier) -> None:
    mails = await _asked(notifier)
    tokens = [URL.findall(mail.text)[0].rpartition("/")[2] for mail in mails.values()]
    await notifier.sent(3)

    async def relayed() -> bool:
        return not await notifier.running.rows("SELECT 1 FROM outbox WHERE published_at IS NULL")

    await until(relayed)
    kept = await notifier.running.rows(
        "SELECT d::text AS row FROM deliveries d"
        " UNION ALL SELECT convert_from(value, 'UTF8') FROM outbox"
    )
    for token in tokens:
        assert not [row for row in kept if token in row["row"]]
