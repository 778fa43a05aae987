"""What was typed into a form whose answer is a problem: it is shown again, and not lost."""

from urllib.parse import parse_qsl

from starlette.types import Message, Receive

from linking.pages.again import showable
from linking.pages.bodies import FORM, written

_MOST = 20_000
"""Bytes. 500 characters take 6,000 at most; more is not looked at."""
_WORDS = ("message", "reason")


class Body:
    """Reads in the app's stead and remembers; the rest, too, where the app stopped early, as for
    who asks too often."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = b""
        self._more = True

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and len(self._read) <= _MOST:
            self._read += message.get("body", b"")
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def words(self, kind: str) -> str:
        """The words that a form of ours had; nothing for what is none. kind: the content type."""
        if kind != FORM:
            return ""
        while self._more and len(self._read) <= _MOST:
            await self()
        if len(self._read) > _MOST:
            return ""
        try:
            fields = dict(parse_qsl(self._read.decode("ascii"), errors="strict", max_num_fields=20))
        except ValueError:
            return ""
        return showable(next((text for name in _WORDS if (text := written(fields.get(name)))), ""))
