"""Where the sink keeps mail: a file a message in DIR/inbox, the newest thousands."""

import asyncio
import email
import email.policy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.envelope import uuid7

KEPT = 5000
_TO, _AT = "X-Inbox-To: ", "X-Inbox-At: "


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as a mail client would show it. sent_at: RFC 3339, when the sink took it."""

    id: str
    to: str
    from_: str
    subject: str
    sent_at: str
    text: str
    html: str
    headers: dict[str, str]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.sent_at)

    def document(self) -> dict[str, Any]:
        document = asdict(self)
        document["from"] = document.pop("from_")
        return document


class Mailbox:
    """folder: made when it is missing. Messages survive a restart of the run.

    Whose each message is stands in memory, and messages are read in a thread: all services of the
    run share this event loop, and parsing 5,000 messages took 14 s of it, longer than a lease.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # By the moment, since ids of one millisecond are in no order.
        found = sorted((*_head(path), path.stem) for path in folder.glob("*.eml"))
        self._recipients = {name: recipient for _, recipient, name in found}
        """By message, the oldest first."""

    def add(self, recipient: str, content: bytes) -> None:
        """Keeps a message for one recipient of its envelope."""
        name = str(uuid7())
        draft = self._folder / f"{name}.draft"
        stamp = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        head = f"{_TO}{recipient}\r\n{_AT}{stamp}\r\n".encode()
        draft.write_bytes(head + content)
        draft.replace(self._path(name))
        self._recipients[name] = recipient.casefold()
        while len(self._recipients) > KEPT:
            oldest = next(iter(self._recipients))
            del self._recipients[oldest]
            self._path(oldest).unlink(missing_ok=True)

    async def newest(self, to: str | None, limit: int, skipped: int = 0) -> list[Mail]:
        """The newest mails first, of one address where `to` is given. skipped: newer ones that are
        not wanted."""
        wanted = None if to is None else to.casefold()
        names = [
            name
            for name, recipient in reversed(self._recipients.items())
            if wanted is None or recipient == wanted
        ]
        return await asyncio.to_thread(self._read, names[skipped : skipped + limit])

    async def get(self, name: str) -> Mail | None:
        if name not in self._recipients:
            return None
        return next(iter(await asyncio.to_thread(self._read, [name])), None)

    def _read(self, names: list[str]) -> list[Mail]:
        return [mail for name in names if (mail := _mail(name, self._path(name))) is not None]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.eml"


def _head(path: Path) -> tuple[str, str]:
    """When a kept message came and whom it is for: its first lines."""
    with path.open("rb") as file:
        to, at = (file.readline().decode(errors="replace").strip() for _ in range(2))
    return at.removeprefix(_AT), to.removeprefix(_TO).casefold()


def _mail(name: str, path: Path) -> Mail | None:
    """None where it has made room for newer ones meanwhile."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    message = email.message_from_bytes(content, policy=email.policy.default)

    def part(kind: str) -> str:
        body = message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""

    return Mail(
        id=name,
        to=str(message["X-Inbox-To"]),
        from_=str(message["From"] or ""),
        subject=str(message["Subject"] or ""),
        sent_at=str(message["X-Inbox-At"]),
        text=part("plain"),
        html=part("html"),
        headers={
            key: str(value) for key, value in message.items() if not key.startswith("X-Inbox-")
        },
    )
