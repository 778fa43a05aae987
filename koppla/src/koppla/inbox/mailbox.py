"""Where the sink keeps mail: a file a message in DIR/inbox, the newest thousands."""

import email
import email.policy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from contracts.envelope import uuid7

KEPT = 5000


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
    """folder: made when it is missing. Messages survive a restart of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Ids are time-ordered, so names sort by age.
        self._names = sorted(path.stem for path in folder.glob("*.eml"))

    def add(self, recipient: str, content: bytes) -> None:
        """Keeps a message for one recipient of its envelope."""
        name = str(uuid7())
        draft = self._folder / f"{name}.draft"
        stamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        head = f"X-Inbox-To: {recipient}\r\nX-Inbox-At: {stamp}\r\n".encode()
        draft.write_bytes(head + content)
        draft.replace(self._folder / f"{name}.eml")
        self._names.append(name)
        while len(self._names) > KEPT:
            (self._folder / f"{self._names.pop(0)}.eml").unlink(missing_ok=True)

    def newest(self, to: str | None, limit: int) -> list[Mail]:
        """The newest mails first, of one address where `to` is given."""
        found: list[Mail] = []
        for name in reversed(self._names):
            if len(found) == limit:
                break
            mail = self.get(name)
            if mail is not None and (to is None or mail.to.casefold() == to.casefold()):
                found.append(mail)
        return found

    def get(self, name: str) -> Mail | None:
        if name not in self._names:
            return None
        content = (self._folder / f"{name}.eml").read_bytes()
        message = email.message_from_bytes(content, policy=email.policy.default)
        return _mail(name, message)


def _mail(name: str, message: EmailMessage) -> Mail:
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
