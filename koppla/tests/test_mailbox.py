"""The inbox's folder: a look at one address reads that address's mails, off the event loop."""

import asyncio
import os
from email.message import EmailMessage
from pathlib import Path

import httpx

from koppla.inbox import mailbox as kept
from koppla.inbox.mailbox import Mailbox
from koppla.inbox.pages import new_inbox

EVA, FIA = "Eva@ab.example", "fia@ab.example"


def mail(subject: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content("Hej")
    return message.as_bytes()


def messages(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


async def test_only_what_is_shown_is_read(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    for number in range(4):
        box.add(EVA, mail(f"Brev {number}"))
    box.add(FIA, mail("Till Fia"))
    # What a message says of itself by now tells whether it was opened.
    for path in messages(tmp_path):
        path.write_bytes(path.read_bytes().replace(EVA.encode(), FIA.encode()))
    assert [one.subject for one in await box.newest(FIA, 9)] == ["Till Fia"]
    assert [one.subject for one in await box.newest(EVA.lower(), 2, 1)] == ["Brev 2", "Brev 1"]
    assert await box.newest("nobody@ab.example", 9) == []


async def test_a_slow_message_holds_nobody_else_up(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    box.add(EVA, mail("Länge sedan"))
    box.add(FIA, mail("Till Fia"))
    [slow] = await box.newest(EVA, 1)
    path = tmp_path / f"{slow.id}.eml"
    content = path.read_bytes()
    path.unlink()
    # A pipe: whoever opens it waits for the other end, and whoever reads it for what is written.
    os.mkfifo(path)
    app = httpx.ASGITransport(new_inbox(box))
    async with httpx.AsyncClient(transport=app, base_url="http://koppla.test") as http:
        asked = asyncio.create_task(http.get("/inbox", params={"to": EVA}))
        opened = await asyncio.to_thread(os.open, path, os.O_WRONLY)
        assert "Till Fia" in (await http.get("/inbox", params={"to": FIA})).text
        assert not asked.done()
        os.write(opened, content)
        os.close(opened)
        assert "Länge sedan" in (await asked).text


async def test_a_restart_knows_whose_each_message_is(tmp_path: Path) -> None:
    for address, subject in ((EVA, "ett"), (FIA, "två"), (EVA, "tre")):
        Mailbox(tmp_path).add(address, mail(subject))
    box = Mailbox(tmp_path)
    assert [one.subject for one in await box.newest(EVA, 9)] == ["tre", "ett"]
    assert [one.to for one in await box.newest(None, 9)] == [EVA, FIA, EVA]


async def test_the_newest_thousands_are_kept(tmp_path: Path) -> None:
    box = Mailbox(tmp_path)
    box.add(EVA, mail("den äldsta"))
    [oldest] = await box.newest(None, 1)
    for number in range(kept.KEPT):
        box.add(FIA, b"Subject: %d\r\n\r\n" % number)
    assert await box.get(oldest.id) is None
    assert await box.newest(EVA, 1) == []
    assert len(messages(tmp_path)) == kept.KEPT
