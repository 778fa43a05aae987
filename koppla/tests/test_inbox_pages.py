"""The inbox of `koppla up`: mails as one reads them, and for programs."""

import re
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from chassis.design.catalogue_check import wrong
from koppla.inbox.mailbox import Mailbox
from koppla.inbox.pages import new_inbox

HTML = "<html><head><style>p {}</style></head><body><p>Hej å</p></body></html>"


def mail(subject: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Koppla <no-reply@koppla.example>"
    message["Subject"] = subject
    message.set_content("Hej <å>")
    message.add_alternative(HTML, subtype="html")
    return message.as_bytes()


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "inbox")


@pytest.fixture
def http(mailbox: Mailbox) -> httpx.AsyncClient:
    app = new_inbox(mailbox)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://koppla.test")


def test_every_text_is_there_in_both_languages() -> None:  # R47
    assert wrong("koppla") == []


async def test_an_empty_inbox_says_what_brings_mails(http: httpx.AsyncClient) -> None:
    assert "Inga mejl än" in (await http.get("/inbox")).text
    english = await http.get("/inbox?lang=en")
    assert "No mails yet" in english.text
    assert '<html lang="en">' in english.text


async def test_mails_are_listed_for_people_and_programs(
    http: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    mailbox.add("eva@ab.example", mail("Förfrågan <1>"))
    mailbox.add("fia+x@ab.example", mail("Förfrågan 2"))
    page = (await http.get("/inbox")).text
    assert page.index("Förfrågan 2") < page.index("Förfrågan &lt;1&gt;")
    hers = await http.get("/inbox", params={"to": "fia+x@ab.example"})
    assert ("Förfrågan 2" in hers.text, "&lt;1&gt;" in hers.text) == (True, False)
    assert 'href="/inbox?to=fia%2Bx%40ab.example"' in page
    items = (await http.get("/inbox/messages", params={"to": "EVA@ab.example"})).json()["items"]
    assert [one["subject"] for one in items] == ["Förfrågan <1>"]


async def test_many_mails_are_listed_a_page_at_a_time(
    http: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    for number in range(31):
        mailbox.add("eva@ab.example", mail(f"Brev {number:02}"))
    first = (await http.get("/inbox", params={"to": "eva@ab.example"})).text
    assert ("Brev 30" in first, "Brev 00" in first, "Nyare mejl" in first) == (True, False, False)
    [older] = re.findall(r'href="([^"]+)">Äldre mejl', first)
    last = (await http.get(older.replace("&amp;", "&"))).text
    assert ("Brev 01" in last, "Brev 00" in last, "Äldre mejl" in last) == (False, True, False)
    assert len(first.encode()) < 30_000
    assert (await http.get("/inbox?page=999")).status_code == 200


async def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(
    http: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    mailbox.add("eva@ab.example", mail(""))
    [one] = await mailbox.newest(None, 1)
    page = await http.get(f"/inbox/{one.id}")
    assert "(inget ämne)" in page.text
    assert "Hej &lt;å&gt;" in page.text
    [frame] = re.findall(r'<iframe [^>]*src="([^"]+)"', page.text)
    shown = await http.get(frame)
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "<p>Hej å</p>" in shown.text
    assert (await http.get("/inbox/unknown")).status_code == 404


async def test_no_cache_keeps_a_mail_and_no_other_site_frames_it(
    http: httpx.AsyncClient, mailbox: Mailbox
) -> None:
    mailbox.add("eva@ab.example", mail("Förfrågan"))
    [one] = await mailbox.newest(None, 1)
    ancestors = {
        "/inbox": "'none'",
        f"/inbox/{one.id}": "'none'",
        f"/inbox/{one.id}/html": "'self'",
    }
    for path, may_frame in ancestors.items():
        headers = (await http.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert f"frame-ancestors {may_frame};" in headers["content-security-policy"] + ";"
        assert headers["x-frame-options"] == ("DENY" if may_frame == "'none'" else "SAMEORIGIN")
    assert (await http.get("/inbox/messages")).headers["cache-control"] == "no-store"


async def test_pages_have_one_style_sheet_of_ours(http: httpx.AsyncClient) -> None:
    page = await http.get("/inbox")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.findall(r"<script|<style| style=|https?:", page.text)
    [address] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    answer = await http.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert ".mail" in answer.text


async def test_the_language_is_switched_where_one_is_and_stays_so(
    http: httpx.AsyncClient, mailbox: Mailbox
) -> None:  # R47
    for number in range(31):
        mailbox.add("eva+x@ab.example", mail(f"Brev {number:02}"))
        mailbox.add("fia@ab.example", mail("Till Fia"))
    older = await http.get("/inbox", params={"to": "eva+x@ab.example", "page": 2})
    [english] = re.findall(r'href="([^"]+)" lang="en"', older.text)
    page = (await http.get(english.replace("&amp;", "&"))).text
    assert ("Brev 00" in page, "Till Fia" in page, '<html lang="en">' in page) == (
        True,
        False,
        True,
    )
    [link] = re.findall(r'href="(/inbox/[0-9a-f-]+)"', page)
    assert '<html lang="en">' in (await http.get(link)).text
    assert '<html lang="sv">' in (await http.get(f"{link}?lang=sv")).text
    assert '<html lang="sv">' in (await http.get("/inbox")).text


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/inbox/unknown", 404, "Sidan finns inte"),
        ("/inbox/", 404, "Sidan finns inte"),
        ("/inbox/unknown/html", 404, "Sidan finns inte"),
        ("/inbox?page=0", 422, "Det gick inte"),
        ("/inbox?page=1001", 422, "Det gick inte"),
        ("/inbox?page=x", 422, "Det gick inte"),
        ("/inbox?to=%00", 422, "Det gick inte"),
        ("/inbox?to=" + "a" * 255, 422, "Det gick inte"),
    ],
)
async def test_what_can_t_be_shown_is_a_page_for_people(
    http: httpx.AsyncClient, address: str, status: int, said: str
) -> None:
    page = await http.get(address, headers=BROWSER)
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert f"<h1>{said}</h1>" in page.text
    assert re.search(r'<a [^>]*href="/inbox">Inkorg', page.text)
    program = await http.get(address, headers={"accept": "application/json"})
    assert program.status_code == status
    assert program.headers["content-type"] == "application/problem+json"
    english = await http.get(address, headers={**BROWSER, "accept-language": "en"})
    assert '<html lang="en">' in english.text
