"""What people send: read, guarded against other sites, and kept where it can't be used yet."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from fastapi import Request
from starlette.responses import Response

from portal import session
from portal.sealing import Seal
from portal.session import MOST, Sessions

CSRF, KEY, STEP = "csrf", "key", "step"
"""Fields of every form: its guard, its idempotency key, and the page on which it stands."""

_OURS = (CSRF, STEP)
_KEY = re.compile(r"[A-Za-z0-9-]{16,64}", re.ASCII)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MOST_FIELDS = 20_000
DRAFT_TTL = timedelta(minutes=30)


class Form:
    """The fields of one form, as they were typed; several of one name are kept in order."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    @classmethod
    async def of(cls, request: Request) -> "Form":
        """Of a request without a form, one without fields."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if kind != "application/x-www-form-urlencoded":
            return cls([])
        try:
            text = body.decode("ascii", "replace")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return cls([])
        # A browser counts the end of a line as one character and sends two.
        return cls([(name, value.replace("\r\n", "\n")) for name, value in pairs])

    def raw(self, name: str) -> str:
        """The last of that name, as typed; empty for none."""
        return next((value for one, value in reversed(self.pairs) if one == name), "")

    def text(self, name: str) -> str:
        """As `raw`, without blanks around it."""
        return self.raw(name).strip()

    def line(self, name: str) -> str:
        """As `raw`, as `one_line` has it."""
        return one_line(self.raw(name))

    def all(self, name: str) -> list[str]:
        return [value for one, value in self.pairs if one == name]

    def has(self, name: str) -> bool:
        return any(one == name for one, _ in self.pairs)

    @property
    def given(self) -> list[tuple[str, str]]:
        """As sent, without what we ourselves put in every form."""
        return [(name, value) for name, value in self.pairs if name not in _OURS]

    @property
    def values(self) -> dict[str, str]:
        """To be shown in the form again, with signs in place of what can't be shown."""
        return {name: shown(value) for name, value in self.given}

    @property
    def key(self) -> str:
        """The idempotency key that the form came with; a new one where it has none of ours."""
        given = self.raw(KEY)
        return given if _KEY.fullmatch(given) else new_key()


def new_key() -> str:
    return str(uuid4())


def shown(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """What was meant for a field of one line: cells pasted from a spreadsheet hold tabs, a
    paragraph holds line breaks. Each stretch of white space is one blank, none at the ends."""
    return _BLANKS.sub(" ", text).strip(" ")


def has_control_characters(text: str) -> bool:
    return _CONTROL.search(text) is not None


def is_foreign(request: Request, public_url: str) -> bool:
    """Whether the browser says that another site sent this; one that says nothing is not."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = {urlsplit(public_url).netloc, request.headers.get("host", "")}
    return urlsplit(origin).netloc not in ours


def is_surely_ours(request: Request) -> bool:
    """Whether the browser vouches for it: a page of ours sent this."""
    return request.headers.get("sec-fetch-site") == "same-origin"


def matches(form: Form, csrf: str) -> bool:
    return secrets.compare_digest(form.raw(CSRF).encode(), csrf.encode())


def is_of(form: Form, sub: str) -> bool:
    """Whether that person had the form, now or in a session before."""
    return session.is_of(form.raw(CSRF), sub)


def local(path: str, otherwise: str = "/") -> str:
    """The path where it leads to a page of ours, for redirects that come from outside."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\"))
    if not is_path or _CONTROL.search(path) or len(path) > 2000 or "\n" in path or "\t" in path:
        return otherwise
    return path


class Drafts:
    """What was typed and could not be sent, until the person is back on its page.

    In a sealed cookie, pressed together, so only as much as fits: the rows of some two hundred
    consultants, a paper form, a message. Whoever keeps more says that it is lost. Only who typed
    it sees it again: the next one at the same browser may be somebody else, of another bureau.
    """

    def __init__(self, seal: Seal, sessions: Sessions) -> None:
        self._name = sessions.own_name("koppla_draft")
        self._seal = seal
        self._sessions = sessions

    def keep(self, response: Response, step: str, form: Form) -> bool:
        """Whether it could be kept. One from before is gone in any case."""
        sealed = self._sealed(step, form)
        if len(sealed) > MOST:
            self.drop(response)
            return False
        if form.given:
            self._sessions.put_cookie(response, self._name, sealed, DRAFT_TTL)
        return True

    def fits(self, step: str, form: Form) -> bool:
        """Whether it can be kept, for a page that tells before it is."""
        return len(self._sealed(step, form)) <= MOST

    def _sealed(self, step: str, form: Form) -> str:
        about = {"step": step, "guard": form.raw(CSRF)[:100]}
        return self._seal.close({**about, "fields": form.given})

    def of(self, request: Request, sub: str) -> Form | None:
        """What that person typed on the page of this request."""
        cookie = request.cookies.get(self._name)
        kept: Mapping[str, Any] | None = self._seal.open(cookie, DRAFT_TTL) if cookie else None
        if kept is None or kept["step"] != address(request):
            return None
        if not session.is_of(kept.get("guard", ""), sub):
            return None
        return Form([(str(name), str(value)) for name, value in kept["fields"]])

    def drop(self, response: Response) -> None:
        self._sessions.drop_cookie(response, self._name)


def address(request: Request) -> str:
    """Path and query, as `step` holds them; the language is no part of it."""
    query = "&".join(
        part for part in request.url.query.split("&") if part and not part.startswith("lang=")
    )
    return request.url.path + (f"?{query}" if query else "")
